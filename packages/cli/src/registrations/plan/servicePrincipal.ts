import type { GraphServicePrincipal } from "../graphShapes.ts";
import { idOf, type Planned } from "../planned.ts";
import type { Step } from "../step.ts";

/** Plans the service principal. Consent is granted to it, so consent needs it too. */
export function planServicePrincipal(planned: Planned): readonly Step[] {
  const { seed, state, ids } = planned;
  const what = "service principal";
  const subject = seed.name;
  const desired = Object.entries({
    accountEnabled: seed.enabled,
    appRoleAssignmentRequired: seed.assignmentRequired,
  }).filter(([, value]) => value !== undefined);
  const before = state.servicePrincipal;
  if (before === undefined) {
    if (seed.servicePrincipal === false && seed.adminConsent !== true) {
      return [];
    }
    return [
      {
        action: "create",
        subject,
        what,
        run: async ({ send }) => {
          const body = { appId: idOf(planned, "client"), ...Object.fromEntries(desired) };
          ids.servicePrincipal = (await send<GraphServicePrincipal>("POST", "servicePrincipals", body)).id;
        },
      },
    ];
  }
  const changed = desired.filter(([name, value]) => Reflect.get(before, name) !== value);
  if (changed.length === 0) {
    return [{ action: "nothing", subject, what }];
  }
  return [
    {
      action: "change",
      subject,
      what,
      detail: changed.map(([name]) => name).join(", "),
      run: ({ send }) => send("PATCH", `servicePrincipals/${before.id}`, Object.fromEntries(changed)),
    },
  ];
}
