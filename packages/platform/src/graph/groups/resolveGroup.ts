import { isGuid } from "../../core/guid.ts";
import { type Group, getGroup } from "../../directory/groups/groups.ts";
import { GraphError } from "../request/graphErrors/graphError.ts";
import type { GraphRequest } from "../request/route.ts";

/** Returns the group with the object id in the path. */
export function resolveGroup({ directory, tenant, keys }: GraphRequest): Group {
  const id = keys[0]?.value ?? "";
  if (!isGuid(id)) {
    throw new GraphError("invalidId", { id }, { reason: `${id} is not an object id (a GUID)` });
  }
  const group = getGroup(directory, id);
  if (group?.tenantId !== tenant.id) {
    throw new GraphError("notFound", { id }, { reason: `the tenant has no group ${id}` });
  }
  return group;
}
