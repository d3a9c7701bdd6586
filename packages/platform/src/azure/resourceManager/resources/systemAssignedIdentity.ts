import { findManagedIdentity } from "../../../directory/managedIdentities/managedIdentities.ts";
import { ArmError } from "../armError.ts";
import type { ResourceManagerRoute } from "../route.ts";

const type = "Microsoft.ManagedIdentity/identities";

/**
 * The system-assigned identity of a host. @see
 * https://learn.microsoft.com/rest/api/managedidentity/system-assigned-identities/get-by-scope
 */
export const systemAssignedIdentity: ResourceManagerRoute = {
  path: `/subscriptions/{subscription}/resourceGroups/{resourceGroup}/providers/{provider}/{kind}/{host}/providers/${type}/default`,
  type,
  methods: {
    GET({ context, caller, parameter }) {
      const [subscription, group] = [parameter("subscription"), parameter("resourceGroup")];
      const host = `${parameter("provider")}/${parameter("kind")}/${parameter("host")}`;
      const scope = `/subscriptions/${subscription}/resourceGroups/${group}/providers/${host}`;
      const identity = findManagedIdentity(context.directory, caller.tenant.id, scope);
      if (identity?.assignment !== "system") {
        const message = `The Resource '${host}' has no system-assigned identity.`;
        throw new ArmError(404, "ResourceNotFound", message, `no managed identity has the resource id ${scope}`);
      }
      const { objectId: principalId, clientId, resourceId } = identity;
      const properties = { tenantId: caller.tenant.id, principalId, clientId };
      const body = { id: `${resourceId}/providers/${type}/default`, name: "default", type, properties };
      return { status: 200, body };
    },
  },
};
