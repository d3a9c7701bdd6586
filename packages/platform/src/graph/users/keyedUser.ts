import { isGuid } from "../../core/guid.ts";
import { findUserByPrincipalName, getUser, type User } from "../../directory/users/users.ts";
import { type Fault, fault } from "../request/graphErrors/faults.ts";
import type { GraphRequest } from "../request/route.ts";

/** By object id or by sign-in name; a name that begins with `$` comes as `/users('$...')`. */
export function keyedUser({ directory, tenant, keys }: GraphRequest): User | Fault {
  const key = keys[0]?.value ?? "";
  const user = isGuid(key) ? getUser(directory, key) : findUserByPrincipalName(directory, key);
  return user?.tenantId === tenant.id ? user : notFound(key);
}

/** Of a token in the name of a user: the one whom `/me` stands for. */
export function signedInUser({ directory, caller }: GraphRequest): User | Fault {
  return getUser(directory, caller.objectId) ?? notFound(caller.objectId);
}

function notFound(id: string): Fault {
  return fault("notFound", { id }, { why: `the tenant has no user ${id}` });
}
