import type { Json } from "../../directory/applications/applicationProperties.ts";
import type { TenantDomain } from "../../directory/tenants/tenants.ts";
import { answerCollection, answerEntity } from "../collection/collection.ts";
import type { EntityType } from "../collection/entityType.ts";
import { listSource } from "../collection/listSource.ts";
import { notFilterable } from "../collection/sharedProperties.ts";
import { directoryPermissions } from "../directoryObjects/directoryPermissions.ts";
import { GraphError } from "../request/graphErrors/graphError.ts";
import type { GraphRoute } from "../request/route.ts";

/** In wire order. Properties that are not stored have the same value for every domain. */
const constantValues: { readonly [name: string]: Json } = {
  authenticationType: "Managed",
  availabilityStatus: null,
  id: null,
  isAdminManaged: true,
  isDefault: null,
  isInitial: null,
  isRoot: true,
  isVerified: true,
  supportedServices: ["Email", "OfficeCommunicationsOnline"],
};
const names = Object.keys(constantValues);

/** @see https://learn.microsoft.com/graph/api/resources/domain */
const domainType: EntityType<TenantDomain> = {
  name: "domain",
  resource: "Domain",
  set: "domains",
  properties: Object.fromEntries(names.map((name) => [name, notFilterable])),
  defaults: names,
  id: (domain) => domain.name,
  value(domain, property): Json {
    switch (property) {
      case "id":
        return domain.name;
      case "isDefault":
      case "isInitial":
        return domain[property];
      default:
        return constantValues[property] ?? null;
    }
  },
};

export const domainRoutes: readonly GraphRoute[] = [
  {
    method: "GET",
    path: "/domains",
    permissions: directoryPermissions["GET /domains"],
    handle: (request) => answerCollection(request, domainType, listSource(request.tenant.domains, domainType)),
  },
  {
    method: "GET",
    path: "/domains/{key}",
    permissions: directoryPermissions["GET /domains"],
    handle(request) {
      const id = request.keys[0]?.value ?? "";
      const domain = request.tenant.domains.find(({ name }) => name.toLowerCase() === id.toLowerCase());
      if (domain === undefined) {
        throw new GraphError("notFound", { id }, { reason: `the tenant has no domain ${id}` });
      }
      return answerEntity(request, domainType, domain);
    },
  },
];
