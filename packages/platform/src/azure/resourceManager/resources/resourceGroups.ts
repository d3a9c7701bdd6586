import {
  type AzureResource,
  getAzureResource,
  listAzureResources,
  putAzureResource,
  removeAzureResource,
} from "../../../directory/azureResources.ts";
import {
  listUserAssignedIdentities,
  removeManagedIdentity,
} from "../../../directory/managedIdentities/managedIdentities.ts";
import { fault, type ResourceManagerFault } from "../fault.ts";
import { readTrackedResource } from "../resourceBody.ts";
import type { ResourceManagerRequest, ResourceManagerRoute } from "../route.ts";

const type = "Microsoft.Resources/resourceGroups";

/** @see https://learn.microsoft.com/rest/api/resources/resource-groups/list */
export const resourceGroups: ResourceManagerRoute = {
  path: "/subscriptions/{subscription}/resourceGroups",
  type,
  methods: {
    GET: ({ context: { directory }, caller: { tenant }, parameter }) => {
      const prefix = `/subscriptions/${parameter("subscription")}/resourceGroups/`;
      const value = listAzureResources(directory, tenant.id, prefix).filter(isResourceGroup).map(describe);
      return { kind: "answer", status: 200, body: { value } };
    },
  },
};

/** @see https://learn.microsoft.com/rest/api/resources/resource-groups/create-or-update */
export const resourceGroup: ResourceManagerRoute = {
  path: "/subscriptions/{subscription}/resourceGroups/{resourceGroup}",
  type,
  methods: {
    GET: (request) => {
      const group = findResourceGroup(request);
      return group === undefined ? groupNotFound(request) : { kind: "answer", status: 200, body: describe(group) };
    },
    HEAD: (request) =>
      findResourceGroup(request) === undefined ? groupNotFound(request) : { kind: "answer", status: 204 },
    PUT: (request) => {
      const name = request.parameter("resourceGroup");
      if (!/^[\p{L}\p{Nd}_().-]{0,89}[\p{L}\p{Nd}_()-]$/u.test(name)) {
        const rule = "1 to 90 letters, digits, -, _, ., ( and ), and no . at its end";
        const message = `The provided resource group name '${name}' has these invalid characters or length: it has ${rule}.`;
        return fault(400, "InvalidResourceGroupName", message, `the name of a resource group has ${rule}`);
      }
      const current = findResourceGroup(request);
      const read = readTrackedResource(request.body, name, current);
      if (read.kind === "fault") {
        return read;
      }
      const group = { id: current?.id ?? idOf(request), location: read.location, tags: read.tags };
      putAzureResource(request.context.directory, request.caller.tenant.id, group);
      return { kind: "answer", status: current === undefined ? 201 : 200, body: describe(group) };
    },
    DELETE: (request) => {
      const group = findResourceGroup(request);
      if (group === undefined) {
        return groupNotFound(request);
      }
      const { directory } = request.context;
      const tenantId = request.caller.tenant.id;
      directory.database.transaction(() => {
        for (const { objectId } of listUserAssignedIdentities(directory, tenantId, `${group.id}/`)) {
          removeManagedIdentity(directory, objectId);
        }
        removeAzureResource(directory, tenantId, group.id);
      });
      return { kind: "answer", status: 200 };
    },
  },
};

export function findResourceGroup(request: ResourceManagerRequest): AzureResource | undefined {
  return getAzureResource(request.context.directory, request.caller.tenant.id, idOf(request));
}

export function groupNotFound({ parameter }: ResourceManagerRequest): ResourceManagerFault {
  const message = `Resource group '${parameter("resourceGroup")}' could not be found.`;
  return fault(404, "ResourceGroupNotFound", message, "the subscription has no such resource group; make it first");
}

function idOf({ parameter }: ResourceManagerRequest): string {
  return `/subscriptions/${parameter("subscription")}/resourceGroups/${parameter("resourceGroup")}`;
}

function isResourceGroup({ id }: AzureResource): boolean {
  return id.split("/").length === 5;
}

function describe({ id, location, tags }: AzureResource): object {
  return { id, name: id.split("/").at(-1), type, location, tags, properties: { provisioningState: "Succeeded" } };
}
