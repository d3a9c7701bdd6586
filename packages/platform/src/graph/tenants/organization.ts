import type { Json } from "../../directory/applications/applicationProperties.ts";
import { countApplications } from "../../directory/applications/applications.ts";
import { isoSeconds } from "../../directory/directory.ts";
import { countGroups } from "../../directory/groups/groups.ts";
import { countServicePrincipals } from "../../directory/servicePrincipals/servicePrincipals.ts";
import type { Tenant } from "../../directory/tenants/tenants.ts";
import { countUsers } from "../../directory/users/users.ts";
import { answerCollection, answerEntity } from "../collection/collection.ts";
import type { EntityType } from "../collection/entityType.ts";
import { listSource } from "../collection/listSource.ts";
import { notFilterable } from "../collection/sharedProperties.ts";
import { GraphError } from "../request/graphErrors/graphError.ts";
import { permissions } from "../request/permissions/permissions.ts";
import type { GraphRoute } from "../request/route.ts";

const names = [
  "id",
  "deletedDateTime",
  "businessPhones",
  "city",
  "country",
  "countryLetterCode",
  "createdDateTime",
  "defaultUsageLocation",
  "displayName",
  "isMultipleDataLocationsForServicesEnabled",
  "marketingNotificationEmails",
  "onPremisesLastSyncDateTime",
  "onPremisesSyncEnabled",
  "partnerTenantType",
  "postalCode",
  "preferredLanguage",
  "securityComplianceNotificationMails",
  "securityComplianceNotificationPhones",
  "state",
  "street",
  "technicalNotificationMails",
  "tenantType",
  "directorySizeQuota",
  "assignedPlans",
  "privacyProfile",
  "provisionedPlans",
  "verifiedDomains",
] as const;

/** @see https://learn.microsoft.com/graph/api/resources/organization */
const organizationType: EntityType<Tenant> = {
  name: "organization",
  resource: "TenantDetail",
  set: "organization",
  properties: Object.fromEntries(names.map((name) => [name, notFilterable])),
  defaults: names,
  id: (tenant) => tenant.id,
  value(tenant, property, directory): Json {
    switch (property) {
      case "id":
        return tenant.id;
      case "displayName":
        return tenant.displayName;
      case "createdDateTime":
        return isoSeconds(tenant.createdMs);
      case "tenantType":
        return "AAD";
      case "directorySizeQuota": {
        const objects = [countUsers, countGroups, countApplications, countServicePrincipals].map((count) =>
          count(directory, tenant.id),
        );
        return { used: objects.reduce((sum, count) => sum + count, 0), total: 300_000 };
      }
      case "verifiedDomains":
        return tenant.domains.map(({ name, isInitial, isDefault }) => ({
          capabilities: "Email, OfficeCommunicationsOnline",
          isDefault,
          isInitial,
          name,
          type: "Managed",
        }));
      case "marketingNotificationEmails":
      case "securityComplianceNotificationMails":
      case "securityComplianceNotificationPhones":
      case "assignedPlans":
      case "provisionedPlans":
        return [];
      default: {
        const profile: { readonly [name: string]: Json } = { ...tenant.profile };
        return profile[property] ?? null;
      }
    }
  },
};

export const organizationRoutes: readonly GraphRoute[] = [
  {
    method: "GET",
    path: "/organization",
    permissions: permissions["GET /organization"],
    handle: (request) => answerCollection(request, organizationType, listSource([request.tenant], organizationType)),
  },
  {
    method: "GET",
    path: "/organization/{key}",
    permissions: permissions["GET /organization"],
    handle(request) {
      const id = request.keys[0]?.value ?? "";
      if (id.toLowerCase() !== request.tenant.id) {
        const reason = `the token is for tenant ${request.tenant.id}; other tenants cannot be read`;
        throw new GraphError("notFound", { id }, { reason });
      }
      return answerEntity(request, organizationType, request.tenant);
    },
  },
];
