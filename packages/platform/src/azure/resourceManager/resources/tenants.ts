import { initialDomain } from "../../../directory/tenants/tenants.ts";
import type { ResourceManagerRoute } from "../route.ts";

/** @see https://learn.microsoft.com/rest/api/resources/tenants/list */
export const tenants: ResourceManagerRoute = {
  path: "/tenants",
  type: "Microsoft.Resources/tenants",
  methods: {
    GET: ({ caller: { tenant } }) => ({
      status: 200,
      body: {
        value: [
          {
            id: `/tenants/${tenant.id}`,
            tenantId: tenant.id,
            countryCode: tenant.profile.countryLetterCode,
            displayName: tenant.displayName,
            domains: tenant.domains.map(({ name }) => name),
            tenantCategory: "Home",
            defaultDomain: initialDomain(tenant),
            tenantType: "AAD",
          },
        ],
      },
    }),
  },
};
