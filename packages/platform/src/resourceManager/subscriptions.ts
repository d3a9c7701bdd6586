import type { Tenant } from "../directory/tenants.ts";
import type { ResourceManagerRoute } from "./route.ts";

/** One subscription, which everybody may see: without any, `az login` needs an option to succeed. */
export const subscriptionId = "5d2f8a12-0000-4000-8000-000000000001";

/** @see https://learn.microsoft.com/rest/api/resources/subscriptions/list */
export const subscriptions: ResourceManagerRoute = {
  path: "/subscriptions",
  type: "Microsoft.Resources/subscriptions",
  methods: {
    GET: ({ caller }) => {
      const value = [describeSubscription(caller.tenant)];
      return { kind: "answer", status: 200, body: { value, count: { type: "Total", value: 1 } } };
    },
  },
};

/** @see https://learn.microsoft.com/rest/api/resources/subscriptions/get */
export const subscription: ResourceManagerRoute = {
  path: "/subscriptions/{subscription}",
  type: "Microsoft.Resources/subscriptions",
  methods: {
    GET: ({ caller }) => ({ kind: "answer", status: 200, body: describeSubscription(caller.tenant) }),
  },
};

function describeSubscription(tenant: Tenant): object {
  return {
    id: `/subscriptions/${subscriptionId}`,
    authorizationSource: "RoleBased",
    managedByTenants: [],
    subscriptionId,
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
