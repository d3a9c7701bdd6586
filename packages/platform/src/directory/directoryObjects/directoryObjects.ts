import type { Application } from "../applications/applicationProperties.ts";
import { getApplication } from "../applications/applications.ts";
import type { Directory } from "../directory.ts";
import { listDirectoryRoles, type TenantRole } from "../directoryRoles/directoryRoles.ts";
import { type Group, getGroup } from "../groups/groups.ts";
import { getServicePrincipal, type ServicePrincipal } from "../servicePrincipals/servicePrincipals.ts";
import { getUser, type User } from "../users/users.ts";

/** A directory object and its type. */
export type DirectoryObject =
  | { readonly type: "user"; readonly object: User }
  | { readonly type: "group"; readonly object: Group }
  | { readonly type: "servicePrincipal"; readonly object: ServicePrincipal }
  | { readonly type: "application"; readonly object: Application }
  | { readonly type: "directoryRole"; readonly object: TenantRole };

export type DirectoryObjectType = DirectoryObject["type"];

/** Finds an object of any type in the tenant by its id. */
export function findDirectoryObject(directory: Directory, tenantId: string, id: string): DirectoryObject | undefined {
  const lowerId = id.toLowerCase();
  const role = listDirectoryRoles(tenantId).find((candidate) => candidate.id === lowerId);
  if (role !== undefined) {
    return { type: "directoryRole", object: role };
  }
  const found = findStored(directory, lowerId);
  return found?.object.tenantId === tenantId ? found : undefined;
}

type Stored = Exclude<DirectoryObject, { readonly type: "directoryRole" }>;

function findStored(directory: Directory, id: string): Stored | undefined {
  const user = getUser(directory, id);
  if (user !== undefined) {
    return { type: "user", object: user };
  }
  const group = getGroup(directory, id);
  if (group !== undefined) {
    return { type: "group", object: group };
  }
  const servicePrincipal = getServicePrincipal(directory, id);
  if (servicePrincipal !== undefined) {
    return { type: "servicePrincipal", object: servicePrincipal };
  }
  const application = getApplication(directory, id);
  return application && { type: "application", object: application };
}

/** Returns the objects in the tenant with these ids, in the order of the ids. */
export function findDirectoryObjects(
  directory: Directory,
  tenantId: string,
  ids: readonly string[],
): readonly DirectoryObject[] {
  return ids.flatMap((id) => findDirectoryObject(directory, tenantId, id) ?? []);
}
