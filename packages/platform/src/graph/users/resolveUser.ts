import { isGuid } from "../../core/guid.ts";
import { findUserByPrincipalName, getUser, type User } from "../../directory/users/users.ts";
import { GraphError } from "../request/graphErrors/graphError.ts";
import type { GraphRequest } from "../request/route.ts";

/**
 * Returns the user with the object id or user principal name in the path. A name that starts with `$` is sent as
 * `/users('$...')`.
 */
export function resolveUser({ directory, tenant, keys }: GraphRequest): User {
  const key = keys[0]?.value ?? "";
  const user = isGuid(key) ? getUser(directory, key) : findUserByPrincipalName(directory, key);
  if (user?.tenantId !== tenant.id) {
    throw notFound(key);
  }
  return user;
}

/** Returns the user that `/me` stands for. The token must be for a user. */
export function resolveSignedInUser({ directory, caller }: GraphRequest): User {
  const user = getUser(directory, caller.objectId);
  if (user === undefined) {
    throw notFound(caller.objectId);
  }
  return user;
}

function notFound(id: string): GraphError {
  return new GraphError("notFound", { id }, { reason: `the tenant has no user ${id}` });
}
