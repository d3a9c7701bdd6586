import { type AzureResource, getAzureResource, putAzureResource } from "../../../directory/azureResources.ts";
import {
  findManagedIdentity,
  identityNameRule,
  isIdentityName,
  listUserAssignedIdentities,
  type ManagedIdentity,
  registerManagedIdentity,
  removeManagedIdentity,
} from "../../../directory/managedIdentities/managedIdentities.ts";
import { ArmError } from "../armError.ts";
import { readTags, readTrackedResource } from "../resourceBody.ts";
import type { ResourceManagerRequest, ResourceManagerResponse, ResourceManagerRoute } from "../route.ts";
import { requireResourceGroup } from "./resourceGroups.ts";

const type = "Microsoft.ManagedIdentity/userAssignedIdentities";

/** For identities that were not created here: the directory stores no location. */
const defaultResource = { location: "westeurope", tags: {} };

/** @see https://learn.microsoft.com/rest/api/managedidentity/user-assigned-identities/list-by-subscription */
export const subscriptionIdentities: ResourceManagerRoute = {
  path: `/subscriptions/{subscription}/providers/${type}`,
  type,
  methods: { GET: (request) => list(request, `/subscriptions/${request.parameter("subscription")}/`) },
};

/** @see https://learn.microsoft.com/rest/api/managedidentity/user-assigned-identities/list-by-resource-group */
export const resourceGroupIdentities: ResourceManagerRoute = {
  path: `/subscriptions/{subscription}/resourceGroups/{resourceGroup}/providers/${type}`,
  type,
  methods: {
    GET: (request) => {
      requireResourceGroup(request);
      return list(request, `${groupPath(request)}/`);
    },
  },
};

/** @see https://learn.microsoft.com/rest/api/managedidentity/user-assigned-identities/create-or-update */
export const userAssignedIdentity: ResourceManagerRoute = {
  path: `/subscriptions/{subscription}/resourceGroups/{resourceGroup}/providers/${type}/{identity}`,
  type,
  methods: {
    GET: (request) => respond(request, requireIdentity(request), 200),
    PUT: (request) => {
      const name = request.parameter("identity");
      requireResourceGroup(request);
      if (!isIdentityName(name)) {
        const message = `The resource name '${name}' is invalid: it must have ${identityNameRule}.`;
        throw new ArmError(400, "InvalidResourceName", message, `a name has ${identityNameRule}`);
      }
      const current = findIdentity(request);
      const tracked = readTrackedResource(request.body, name, current && resourceOf(request, current));
      const { directory } = request.context;
      const tenantId = request.caller.tenant.id;
      const identity = directory.database.transaction(() => {
        const resourceId = `${groupPath(request)}/providers/${type}/${name}`;
        const stored =
          current ??
          registerManagedIdentity(directory, tenantId, { displayName: name, assignment: "user", resourceId });
        putAzureResource(directory, tenantId, { id: stored.resourceId, ...tracked });
        return stored;
      });
      return respond(request, identity, current === undefined ? 201 : 200);
    },
    PATCH: (request) => {
      const identity = requireIdentity(request);
      const resource = resourceOf(request, identity);
      const tags = "tags" in request.body ? readTags(request.body) : resource.tags;
      putAzureResource(request.context.directory, request.caller.tenant.id, { ...resource, tags });
      return respond(request, identity, 200);
    },
    DELETE: (request) => {
      const identity = findIdentity(request);
      if (identity === undefined) {
        return { status: 204 };
      }
      removeManagedIdentity(request.context.directory, identity.objectId);
      return { status: 200 };
    },
  },
};

function findIdentity(request: ResourceManagerRequest): ManagedIdentity | undefined {
  const resourceId = `${groupPath(request)}/providers/${type}/${request.parameter("identity")}`;
  return findManagedIdentity(request.context.directory, request.caller.tenant.id, resourceId);
}

/** The real service writes `resourcegroups` in the ids of identities. */
function groupPath({ parameter }: ResourceManagerRequest): string {
  return `/subscriptions/${parameter("subscription")}/resourcegroups/${parameter("resourceGroup")}`;
}

function list(request: ResourceManagerRequest, prefix: string): ResourceManagerResponse {
  const identities = listUserAssignedIdentities(request.context.directory, request.caller.tenant.id, prefix);
  return { status: 200, body: { value: identities.map((identity) => describe(request, identity)) } };
}

function respond(
  request: ResourceManagerRequest,
  identity: ManagedIdentity,
  status: 200 | 201,
): ResourceManagerResponse {
  return { status, body: describe(request, identity) };
}

function describe(request: ResourceManagerRequest, identity: ManagedIdentity): object {
  const { clientId, objectId: principalId, resourceId } = identity;
  const { location, tags } = resourceOf(request, identity);
  const properties = { tenantId: request.caller.tenant.id, principalId, clientId };
  return { id: resourceId, name: resourceId.split("/").at(-1), type, location, tags, properties };
}

function resourceOf({ context, caller }: ResourceManagerRequest, { resourceId }: ManagedIdentity): AzureResource {
  return getAzureResource(context.directory, caller.tenant.id, resourceId) ?? { id: resourceId, ...defaultResource };
}

/** The identity in the path. */
export function requireIdentity(request: ResourceManagerRequest): ManagedIdentity {
  const identity = findIdentity(request);
  if (identity === undefined) {
    const [name, group] = [request.parameter("identity"), request.parameter("resourceGroup")];
    const message =
      `The Resource '${type}/${name}' under resource group '${group}' was not found. ` +
      "For more details please go to https://aka.ms/ARMResourceNotFoundFix";
    throw new ArmError(404, "ResourceNotFound", message, "the resource group has no such user-assigned identity");
  }
  return identity;
}
