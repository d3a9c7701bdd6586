import type { Directory } from "../directory.ts";
import { createServicePrincipal } from "../servicePrincipals/servicePrincipals.ts";
import { createTenant, type Tenant } from "../tenants/tenants.ts";
import { addMicrosoftClient } from "./addMicrosoftClient.ts";
import { microsoftPublicClients, microsoftResources } from "./microsoftApplications.ts";

export interface ProvisionTenantOptions extends Pick<Tenant, "id" | "displayName" | "createdMs"> {
  /** The initial domain comes first. */
  readonly domains: readonly string[];
  /** The object ids of Microsoft's APIs: only one tenant of a directory can have the seeded ones. */
  readonly objectIds: "seeded" | "new";
}

/** Creates a tenant with what every tenant has from the start: Microsoft's APIs and tools, but no users. */
export function provisionTenant(directory: Directory, options: ProvisionTenantOptions): Tenant {
  const { id: tenantId, displayName, createdMs, domains, objectIds } = options;
  const tenant: Tenant = {
    id: tenantId,
    displayName,
    createdMs,
    domains: domains.map((name, index) => ({ name, isInitial: index === 0, isDefault: index === 0 })),
    profile: {
      countryLetterCode: "US",
      country: null,
      city: "Redmond",
      state: "WA",
      street: null,
      postalCode: "98052",
      preferredLanguage: "en",
      businessPhones: ["+1 425 555 0100"],
      technicalNotificationMails: [`admin@${domains[0]}`],
      regionScope: "NA",
    },
  };
  directory.database.transaction(() => {
    createTenant(directory, tenant);
    for (const { id, ...resource } of microsoftResources) {
      createServicePrincipal(directory, { ...resource, tenantId, ...(objectIds === "seeded" ? { id } : {}) });
    }
    for (const client of microsoftPublicClients) {
      addMicrosoftClient(directory, tenantId, client);
    }
  });
  return tenant;
}
