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
import { ArmError } from "../armError.ts";
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
      return { status: 200, body: { value } };
    },
  },
};

/** @see https://learn.microsoft.com/rest/api/resources/resource-groups/create-or-update */
export const resourceGroup: ResourceManagerRoute = {
  path: "/subscriptions/{subscription}/resourceGroups/{resourceGroup}",
  type,
  methods: {
    GET: (request) => ({ status: 200, body: describe(requireResourceGroup(request)) }),
    HEAD: (request) => {
      requireResourceGroup(request);
      return { status: 204 };
    },
    PUT: (request) => {
      const name = request.parameter("resourceGroup");
      if (!/^[\p{L}\p{Nd}_().-]{0,89}[\p{L}\p{Nd}_()-]$/u.test(name)) {
        const rule = "1 to 90 letters, digits, -, _, ., ( or ), and does not end with .";
        const message = `The provided resource group name '${name}' has these invalid characters or length: it must have ${rule}.`;
        throw new ArmError(400, "InvalidResourceGroupName", message, `the name of a resource group has ${rule}`);
      }
      const current = findResourceGroup(request);
      const group = { id: current?.id ?? idOf(request), ...readTrackedResource(request.body, name, current) };
      putAzureResource(request.context.directory, request.caller.tenant.id, group);
      return { status: current === undefined ? 201 : 200, body: describe(group) };
    },
    DELETE: (request) => {
      const group = requireResourceGroup(request);
      const { directory } = request.context;
      const tenantId = request.caller.tenant.id;
      directory.database.transaction(() => {
        for (const { objectId } of listUserAssignedIdentities(directory, tenantId, `${group.id}/`)) {
          removeManagedIdentity(directory, objectId);
        }
        removeAzureResource(directory, tenantId, group.id);
      });
      return { status: 200 };
    },
  },
};

function findResourceGroup(request: ResourceManagerRequest): AzureResource | undefined {
  return getAzureResource(request.context.directory, request.caller.tenant.id, idOf(request));
}

/** The resource group in the path. */
export function requireResourceGroup(request: ResourceManagerRequest): AzureResource {
  const group = findResourceGroup(request);
  if (group === undefined) {
    const message = `Resource group '${request.parameter("resourceGroup")}' could not be found.`;
    const why = "the subscription has no such resource group; create it first";
    throw new ArmError(404, "ResourceGroupNotFound", message, why);
  }
  return group;
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
