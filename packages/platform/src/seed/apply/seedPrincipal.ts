import { findApplicationByAppId } from "../../directory/applications/applications.ts";
import { findPrincipal, type Principal } from "../../directory/directoryObjects/principals.ts";
import { findGroupByUniqueName } from "../../directory/groups/groups.ts";
import { findServicePrincipalByAppId } from "../../directory/servicePrincipals/servicePrincipals.ts";
import { findUserByPrincipalName } from "../../directory/users/users.ts";
import type { SeedPrincipal } from "../seed.ts";
import type { Seeding } from "./seeding.ts";

/** The client ids of the applications and managed identities in the seed, by name. */
export type ClientIds = ReadonlyMap<string, string>;

/** The one user, group or application that is named. Throws when none or several are named, or it is not there. */
export function findSeedPrincipal(seeding: Seeding, named: SeedPrincipal, clientIds: ClientIds): Principal {
  const { user, group, application } = named;
  if ([user, group, application].filter((name) => name !== undefined).length !== 1) {
    throw new Error("this is for one user, one group or one application; give one of user, group and application");
  }
  const id = idOf(seeding, named, clientIds);
  const found = id === undefined ? undefined : findPrincipal(seeding.directory, id);
  if (found?.tenantId === seeding.tenant.id && found.type === typeOf(named)) {
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
  throw new Error(`${application} ${isRegistered ? "has no service principal here" : "is no application here"}`);
}

function typeOf({ user, group }: SeedPrincipal): Principal["type"] {
  return user !== undefined ? "User" : group !== undefined ? "Group" : "ServicePrincipal";
}

/** Of what goes by a name; anything else is taken for an object id itself. */
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
