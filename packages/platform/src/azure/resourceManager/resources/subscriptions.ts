import type { Tenant } from "../../../directory/tenants/tenants.ts";
import { azureSubscriptionId } from "../../../directory/wellKnown.ts";
import type { ResourceManagerRoute } from "../route.ts";

/** @see https://learn.microsoft.com/rest/api/resources/subscriptions/list */
export const subscriptions: ResourceManagerRoute = {
  path: "/subscriptions",
  type: "Microsoft.Resources/subscriptions",
  methods: {
    GET: ({ caller }) => {
      const value = [describeSubscription(caller.tenant)];
      return { status: 200, body: { value, count: { type: "Total", value: 1 } } };
    },
  },
};

/** @see https://learn.microsoft.com/rest/api/resources/subscriptions/get */
export const subscription: ResourceManagerRoute = {
  path: "/subscriptions/{subscription}",
  type: "Microsoft.Resources/subscriptions",
  methods: {
    GET: ({ caller }) => ({ status: 200, body: describeSubscription(caller.tenant) }),
  },
};

function describeSubscription(tenant: Tenant): object {
  return {
    id: `/subscriptions/${azureSubscriptionId}`,
    authorizationSource: "RoleBased",
    managedByTenants: [],
    subscriptionId: azureSubscriptionId,
    tenantId: tenant.id,
    displayName: "Local subscription",
    state: "Enabled",
    subscriptionPolicies: {
      locationPlacementId: "Public_2014-09-01",
      quotaId: "Internal_2014-09-01",
      spendingLimit: "Off",
    },
  };
}
