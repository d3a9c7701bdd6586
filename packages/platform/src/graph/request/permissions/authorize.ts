import { findApplicationByAppId } from "../../../directory/applications/applications.ts";
import { isOwner } from "../../../directory/directoryObjects/owners.ts";
import { roleTemplateIdsOf } from "../../../directory/directoryRoles/directoryRoles.ts";
import { listAppRoleAssignments } from "../../../directory/permissionGrants/permissionGrants.ts";
import { findServicePrincipalByAppId } from "../../../directory/servicePrincipals/servicePrincipals.ts";
import { microsoftGraphAppId } from "../../../directory/wellKnown.ts";
import type { GraphContext } from "../../context.ts";
import type { Caller } from "../caller.ts";
import { GraphError } from "../graphErrors/graphError.ts";
import type { GraphRoute, PathKey } from "../route.ts";
import type { OperationPermissions } from "./permissions.ts";
import { formatDuration, formatPermissions } from "./wording.ts";

/** Returns the permission that lets the caller perform the operation. Throws the 403 of Graph. */
export function authorize(
  context: GraphContext,
  route: Pick<GraphRoute, "method" | "path" | "permissions">,
  caller: Caller,
  keys: readonly PathKey[],
): string {
  const { permissions } = route;
  if (permissions.allowsItself === true && isOwnRegistration(context, caller, keys)) {
    return "being the application itself";
  }
  const operation = `${route.method} ${route.path.replaceAll("{key}", "{id}")}`;
  const set = acceptedPermissions(permissions, caller, route, keys);
  const permission = findSatisfied(set, caller.permissions);
  if (permission === undefined) {
    throw new GraphError("denied", {}, { reason: findDenialReason(context, caller, operation, set) });
  }
  if (
    permissions.userRoles !== undefined &&
    caller.kind === "user" &&
    !hasRole(context, caller, permissions.userRoles) &&
    !(
      permissions.allowsOwner === true &&
      isOwner(context.directory, keys[0]?.value.toLowerCase() ?? "", caller.objectId)
    )
  ) {
    throw new GraphError("denied", {}, { reason: `the signed-in user has no directory role that allows ${operation}` });
  }
  return permission;
}

function acceptedPermissions(
  permissions: OperationPermissions,
  caller: Caller,
  route: Pick<GraphRoute, "path">,
  keys: readonly PathKey[],
): readonly string[] {
  if (caller.kind === "application") {
    return permissions.application;
  }
  const isOwn = /^\/me(?:\/|$)/.test(route.path) || keys[0]?.value.toLowerCase() === caller.objectId;
  return isOwn ? [...(permissions.own ?? []), ...permissions.delegated] : permissions.delegated;
}

function isOwnRegistration({ directory }: GraphContext, caller: Caller, keys: readonly PathKey[]): boolean {
  const key = keys[0]?.value.toLowerCase();
  return (
    caller.kind === "application" &&
    (key === caller.clientId || key === findApplicationByAppId(directory, caller.clientId)?.id)
  );
}

function hasRole({ directory }: GraphContext, caller: Caller, roles: readonly string[]): boolean {
  return roleTemplateIdsOf(directory, caller.objectId).some((role) => roles.includes(role));
}

function findDenialReason(context: GraphContext, caller: Caller, operation: string, set: readonly string[]): string {
  const name = caller.kind === "application" ? "roles" : "scopes";
  const needs = `${operation} needs ${formatPermissions(set)}`;
  const has =
    caller.permissions.length === 0
      ? `the token has no ${name}`
      : `the token's ${name} are ${caller.permissions.join(", ")}`;
  if (caller.kind === "user") {
    return `${has}; ${needs}`;
  }
  const granted = grantedRoles(context, caller);
  const grantedEntry = findSatisfied(
    set,
    granted.map(({ value }) => value),
  );
  if (grantedEntry === undefined) {
    const consent = `${context.url}/${caller.tenant.id}/adminconsent?client_id=${caller.clientId}`;
    return `${has}; ${needs}; declare one on the application, have an administrator consent at ${consent}, then get a new token`;
  }
  const requiredRoles = grantedEntry.split(" + ");
  const consentMs = Math.max(
    ...granted.filter(({ value }) => requiredRoles.includes(value)).map(({ createdMs }) => createdMs),
  );
  const spanMs = consentMs - caller.issuedMs;
  return spanMs > 0
    ? `${has}; consent was given ${formatDuration(spanMs)} after it was issued; get a new token`
    : `${has} although ${grantedEntry.replaceAll(" + ", " and ")} is granted now; get a new token`;
}

/** The application permissions granted on Graph now, whatever the token says. */
function grantedRoles(
  { directory }: GraphContext,
  caller: Caller,
): readonly { readonly value: string; readonly createdMs: number }[] {
  const graph = findServicePrincipalByAppId(directory, caller.tenant.id, microsoftGraphAppId);
  if (graph === undefined) {
    return [];
  }
  return listAppRoleAssignments(directory, caller.objectId).flatMap(({ resourceId, appRoleId, createdMs }) => {
    const role = graph.appRoles.find(({ id }) => id === appRoleId);
    return resourceId === graph.id && role?.value ? [{ value: role.value, createdMs }] : [];
  });
}

/** Returns the first entry of a set that the granted permissions satisfy. */
export function findSatisfied(set: readonly string[], granted: readonly string[]): string | undefined {
  const names = new Set(granted);
  return set.find((entry) => entry.split(" + ").every((permission) => names.has(permission)));
}
