import type { RequiredResourceAccess } from "../graphShapes.ts";
import { idOf, type Planned } from "../planned.ts";
import type { Step } from "../step.ts";
import type { AskedPermissions } from "./api.ts";
import { leftAlone } from "./leftAlone.ts";

type Access = RequiredResourceAccess["resourceAccess"][number];

/** What the application asks for (`requiredResourceAccess`); what it asked for before stays. */
export function planPermissions(planned: Planned, asked: readonly AskedPermissions[]): readonly Step[] {
  const { seed, state } = planned;
  const there = state.application?.requiredResourceAccess ?? [];
  const missing = asked
    .map((permissions) => ({ permissions, access: missingAccess(there, permissions) }))
    .filter(({ access }) => access.length > 0);
  const what = "permissions";
  const step: Step =
    missing.length === 0
      ? { action: "nothing", subject: seed.name, what }
      : {
          action: state.application === undefined ? "create" : "change",
          subject: seed.name,
          what,
          detail: missing.map(({ permissions, access }) => describe(permissions, access)).join("; "),
          run: ({ send }) =>
            send("PATCH", `applications/${idOf(planned, "application")}`, {
              requiredResourceAccess: missing.reduce(
                (list, { permissions, access }) => joined(list, permissions.id("client"), access),
                there,
              ),
            }),
        };
  return [...(asked.length === 0 ? [] : [step]), ...extras(seed.name, there, asked)];
}

function missingAccess(there: readonly RequiredResourceAccess[], asked: AskedPermissions): readonly Access[] {
  const known = accessOf(there, asked.known.client);
  return wantedAccess(asked).filter(
    ({ id, type }) => !known.some((access) => access.id === id && access.type === type),
  );
}

function wantedAccess({ roles, scopes }: AskedPermissions): readonly Access[] {
  return [
    ...roles.map(({ id }): Access => ({ id, type: "Role" })),
    ...scopes.map(({ id }): Access => ({ id, type: "Scope" })),
  ];
}

function accessOf(list: readonly RequiredResourceAccess[], clientId: string | undefined): readonly Access[] {
  return list.find(({ resourceAppId }) => resourceAppId === clientId)?.resourceAccess ?? [];
}

function joined(
  list: readonly RequiredResourceAccess[],
  resourceAppId: string,
  access: readonly Access[],
): readonly RequiredResourceAccess[] {
  const others = list.filter((entry) => entry.resourceAppId !== resourceAppId);
  return [...others, { resourceAppId, resourceAccess: [...accessOf(list, resourceAppId), ...access] }];
}

function describe({ api, roles, scopes }: AskedPermissions, access: readonly Access[]): string {
  const values = [...roles, ...scopes].filter(({ id }) => access.some((each) => each.id === id));
  return `${api}: ${values.map(({ id, value }) => value ?? id).join(", ")}`;
}

function extras(
  subject: string,
  there: readonly RequiredResourceAccess[],
  asked: readonly AskedPermissions[],
): readonly Step[] {
  return there.flatMap(({ resourceAppId, resourceAccess }) => {
    const ofApi = asked.filter(({ known }) => known.client === resourceAppId);
    const wanted = ofApi.flatMap((permissions) => wantedAccess(permissions).map(({ id }) => id));
    const name = ofApi[0]?.api ?? resourceAppId;
    const ids = resourceAccess.map(({ id }) => id);
    return leftAlone(subject, `permissions of ${name}`, ids, wanted);
  });
}
