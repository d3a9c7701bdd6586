import { isGuid } from "../../core/guid.ts";
import { type Group, getGroup } from "../../directory/groups/groups.ts";
import { type Fault, fault } from "../request/graphErrors/faults.ts";
import type { GraphRequest } from "../request/route.ts";

/** By object id. */
export function keyedGroup({ directory, tenant, keys }: GraphRequest): Group | Fault {
  const id = keys[0]?.value ?? "";
  if (!isGuid(id)) {
    return fault("invalidId", { id }, { why: `${id} is not an object id (a GUID)` });
  }
  const group = getGroup(directory, id);
  return group?.tenantId === tenant.id ? group : fault("notFound", { id }, { why: `the tenant has no group ${id}` });
}
