import type { RequiredResourceAccess } from "../graphShapes.ts";
import { idOf, type Planned } from "../planned.ts";
import type { Step } from "../step.ts";
import { leftAlone } from "./leftAlone.ts";
import type { RequestedPermissions } from "./requestedPermissions.ts";

type Access = RequiredResourceAccess["resourceAccess"][number];

/** Plans the requested permissions (`requiredResourceAccess`); those requested before stay. */
export function planPermissions(planned: Planned, requested: readonly RequestedPermissions[]): readonly Step[] {
  const { seed, state } = planned;
  const existing = state.application?.requiredResourceAccess ?? [];
  const missing = requested
    .map((permissions) => ({ permissions, access: missingAccess(existing, permissions) }))
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
                (list, { permissions, access }) => merged(list, permissions.id("client"), access),
                existing,
              ),
            }),
        };
  return [...(requested.length === 0 ? [] : [step]), ...extras(seed.name, existing, requested)];
}

function missingAccess(
  existing: readonly RequiredResourceAccess[],
  requested: RequestedPermissions,
): readonly Access[] {
  const known = accessOf(existing, requested.known.client);
  return requestedAccess(requested).filter(
    ({ id, type }) => !known.some((access) => access.id === id && access.type === type),
  );
}

function requestedAccess({ roles, scopes }: RequestedPermissions): readonly Access[] {
  return [
    ...roles.map(({ id }): Access => ({ id, type: "Role" })),
    ...scopes.map(({ id }): Access => ({ id, type: "Scope" })),
  ];
}

function accessOf(list: readonly RequiredResourceAccess[], clientId: string | undefined): readonly Access[] {
  return list.find(({ resourceAppId }) => resourceAppId === clientId)?.resourceAccess ?? [];
}

function merged(
  list: readonly RequiredResourceAccess[],
  resourceAppId: string,
  access: readonly Access[],
): readonly RequiredResourceAccess[] {
  const others = list.filter((entry) => entry.resourceAppId !== resourceAppId);
  return [...others, { resourceAppId, resourceAccess: [...accessOf(list, resourceAppId), ...access] }];
}

function describe({ api, roles, scopes }: RequestedPermissions, access: readonly Access[]): string {
  const values = [...roles, ...scopes].filter(({ id }) => access.some((each) => each.id === id));
  return `${api}: ${values.map(({ id, value }) => value ?? id).join(", ")}`;
}

function extras(
  subject: string,
  existing: readonly RequiredResourceAccess[],
  requested: readonly RequestedPermissions[],
): readonly Step[] {
  return existing.flatMap(({ resourceAppId, resourceAccess }) => {
    const ofApi = requested.filter(({ known }) => known.client === resourceAppId);
    const desired = ofApi.flatMap((permissions) => requestedAccess(permissions).map(({ id }) => id));
    const name = ofApi[0]?.api ?? resourceAppId;
    const ids = resourceAccess.map(({ id }) => id);
    return leftAlone(subject, `permissions of ${name}`, ids, desired);
  });
}
