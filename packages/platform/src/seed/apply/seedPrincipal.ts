import { findApplicationByAppId } from "../../directory/applications/applications.ts";
import { findPrincipal, type Principal } from "../../directory/directoryObjects/principals.ts";
import { findGroupByUniqueName } from "../../directory/groups/groups.ts";
import { findServicePrincipalByAppId } from "../../directory/servicePrincipals/servicePrincipals.ts";
import { findUserByPrincipalName } from "../../directory/users/users.ts";
import type { SeedPrincipal } from "../seed.ts";
import type { Seeding } from "./seeding.ts";

/** Client ids of the seed's applications and managed identities, by name. */
export type ClientIds = ReadonlyMap<string, string>;

/**
 * Returns the one user, group or application that is named. Throws if none or several are named, or if it does not
 * exist.
 */
export function findSeedPrincipal(seeding: Seeding, seed: SeedPrincipal, clientIds: ClientIds): Principal {
  const { user, group, application } = seed;
  if ([user, group, application].filter((name) => name !== undefined).length !== 1) {
    throw new Error("this needs exactly one of user, group and application");
  }
  const id = idOf(seeding, seed, clientIds);
  const found = id === undefined ? undefined : findPrincipal(seeding.directory, id);
  if (found?.tenantId === seeding.tenant.id && found.type === typeOf(seed)) {
    return found;
  }
  if (user !== undefined) {
    throw new Error(`there is no user ${user}; add the user to users`);
  }
  if (group !== undefined) {
    throw new Error(`there is no group ${group}; add the group to groups`);
  }
  const appId = clientIds.get(application ?? "") ?? application ?? "";
  const isRegistered = findApplicationByAppId(seeding.directory, appId) !== undefined;
  throw new Error(
    `${application} ${isRegistered ? "has no service principal in the tenant" : "is not an application in the tenant"}`,
  );
}

function typeOf({ user, group }: SeedPrincipal): Principal["type"] {
  return user !== undefined ? "User" : group !== undefined ? "Group" : "ServicePrincipal";
}

/** Looks up an object by its name. Any other text is taken as an object id. */
function idOf(
  { directory, tenant }: Seeding,
  { user, group, application = "" }: SeedPrincipal,
  clientIds: ClientIds,
): string | undefined {
  if (user !== undefined) {
    return findUserByPrincipalName(directory, user)?.id ?? user;
  }
  if (group !== undefined) {
    return findGroupByUniqueName(directory, tenant.id, group)?.id ?? group;
  }
  return (
    findServicePrincipalByAppId(directory, tenant.id, clientIds.get(application) ?? application)?.id ?? application
  );
}
