import { findTenantByDomain, getTenant, type Tenant } from "../../directory/tenants/tenants.ts";
import { metadataUrl } from "../collection/responseBody.ts";
import { directoryPermissions } from "../directoryObjects/directoryPermissions.ts";
import { GraphError } from "../request/graphErrors/graphError.ts";
import type { GraphRequest, GraphResponse, GraphRoute } from "../request/route.ts";

/**
 * What every tenant may know about another one. @see https://learn.microsoft.com/graph/api/resources/tenantinformation
 */
export const tenantRelationshipRoutes: readonly GraphRoute[] = [
  {
    method: "GET",
    path: "/tenantRelationships/findTenantInformationByTenantId/{key}",
    permissions: directoryPermissions["GET /tenantRelationships"],
    handle: (request) => answerTenant(request, "tenantId", (id) => getTenant(request.directory, id)),
  },
  {
    method: "GET",
    path: "/tenantRelationships/findTenantInformationByDomainName/{key}",
    permissions: directoryPermissions["GET /tenantRelationships"],
    handle: (request) => answerTenant(request, "domainName", (name) => findTenantByDomain(request.directory, name)),
  },
];

function answerTenant(
  request: GraphRequest,
  parameter: string,
  find: (value: string) => Tenant | undefined,
): GraphResponse {
  const { property = "", value = "" } = request.keys[0] ?? {};
  const tenant = property === parameter ? find(value) : undefined;
  if (tenant === undefined) {
    throw new GraphError(
      "notFound",
      { id: value },
      { reason: `this platform has no tenant whose ${parameter} is ${value}` },
    );
  }
  return {
    kind: "json",
    status: 200,
    body: {
      "@odata.context": `${metadataUrl(request)}microsoft.graph.tenantInformation`,
      tenantId: tenant.id,
      federationBrandName: null,
      displayName: tenant.displayName,
      defaultDomainName: tenant.domains.find(({ isDefault }) => isDefault)?.name ?? null,
    },
  };
}
