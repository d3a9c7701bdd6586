import type { GraphPermissionGrant } from "../graphShapes.ts";
import { idOf, type Planned } from "../planned.ts";
import type { Step, StepContext } from "../step.ts";
import { leftAlone } from "./leftAlone.ts";
import type { RequestedPermissions } from "./requestedPermissions.ts";

/**
 * Plans an administrator's consent: an app role assignment for each application permission, one grant for the delegated
 * ones.
 */
export function planConsent(planned: Planned, requested: readonly RequestedPermissions[]): readonly Step[] {
  if (planned.seed.adminConsent !== true) {
    return [];
  }
  return [...requested.map((permissions) => planApi(planned, permissions)), ...extras(planned, requested)];
}

function planApi(planned: Planned, requested: RequestedPermissions): Step {
  const { seed, state } = planned;
  const resource = requested.known.servicePrincipal;
  const roles = requested.roles.filter(
    ({ id }) => !state.roleAssignments.some(({ resourceId, appRoleId }) => resourceId === resource && appRoleId === id),
  );
  const grant = state.grants.find((candidate) => isForAll(candidate) && candidate.resourceId === resource);
  const granted = scopesOf(grant);
  const scopes = requested.scopes.flatMap(({ value }) => (value === null || granted.includes(value) ? [] : [value]));
  const head = { subject: seed.name, what: `consent for ${requested.api}` };
  if (roles.length + scopes.length === 0) {
    return { ...head, action: "nothing" };
  }
  return {
    ...head,
    action: state.roleAssignments.length + state.grants.length === 0 ? "create" : "change",
    detail: [...roles.map(({ id, value }) => value ?? id), ...scopes].join(", "),
    run: async (applying) => {
      const ends = { client: idOf(planned, "servicePrincipal"), resource: requested.id("servicePrincipal") };
      for (const { id } of roles) {
        await assign(applying, ends, id);
      }
      if (scopes.length > 0) {
        await grantScopes(applying, ends, grant, [...granted, ...scopes].join(" "));
      }
    },
  };
}

interface Ends {
  readonly client: string;
  readonly resource: string;
}

function assign({ send }: StepContext, { client, resource }: Ends, appRoleId: string): Promise<unknown> {
  const body = { principalId: client, resourceId: resource, appRoleId };
  return send("POST", `servicePrincipals/${client}/appRoleAssignments`, body);
}

function grantScopes(
  { send }: StepContext,
  { client, resource }: Ends,
  grant: GraphPermissionGrant | undefined,
  scope: string,
): Promise<unknown> {
  return grant === undefined
    ? send("POST", "oauth2PermissionGrants", {
        clientId: client,
        consentType: "AllPrincipals",
        resourceId: resource,
        scope,
      })
    : send("PATCH", `oauth2PermissionGrants/${grant.id}`, { scope });
}

function extras({ seed, state }: Planned, requested: readonly RequestedPermissions[]): readonly Step[] {
  const ofResource = (resourceId: string): readonly RequestedPermissions[] =>
    requested.filter(({ known }) => known.servicePrincipal === resourceId);
  const roles = state.roleAssignments
    .filter(({ resourceId, appRoleId }) =>
      ofResource(resourceId).every((each) => each.roles.every(({ id }) => id !== appRoleId)),
    )
    .map(({ resourceId, resourceDisplayName, appRoleId }) => `${resourceDisplayName ?? resourceId} ${appRoleId}`);
  const scopes = state.grants.filter(isForAll).flatMap((grant) => {
    const desired = ofResource(grant.resourceId).flatMap((each) => each.scopes.map(({ value }) => value));
    return scopesOf(grant).filter((scope) => !desired.includes(scope));
  });
  return leftAlone(seed.name, "consent", [...roles, ...scopes]);
}

function isForAll({ consentType }: GraphPermissionGrant): boolean {
  return consentType === "AllPrincipals";
}

function scopesOf(grant: GraphPermissionGrant | undefined): readonly string[] {
  return grant?.scope.split(" ").filter((scope) => scope !== "") ?? [];
}
