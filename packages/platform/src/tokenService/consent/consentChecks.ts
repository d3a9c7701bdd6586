import { Refusal } from "../../aadsts/aadsts.ts";
import { findApplicationByAppId } from "../../directory/applications/applications.ts";
import { findMissingApi } from "../../directory/permissionGrants/consent.ts";
import { microsoftServicesTenantId } from "../../directory/wellKnown.ts";
import type { TokenServiceContext } from "../context.ts";
import { isFamilyClient } from "./preauthorized.ts";
import type { RequestedScopes, ResourceScopes } from "./requestedScopes.ts";
import { type ConsentParties, declaredScopes, grantedScopes } from "./userConsent.ts";

/** Refuses requested permissions that are not consented to and that no one could consent to. */
export function checkConsentable(
  context: TokenServiceContext,
  parties: ConsentParties,
  requested: RequestedScopes,
): void {
  for (const part of requested.resources) {
    if (part.resource.appId !== parties.application.appId && isMissing(context, parties, part)) {
      // In the order in which the refusals are reported; the order is from knowledge, not measurement.
      checkPreauthorized(parties, part);
      checkApis(context, parties, part);
      checkDeclared(context, parties, part);
    }
  }
}

/** Refuses an application whose registration declares an API that the tenant does not have. */
export function checkDeliveredApis(
  { directory }: Pick<TokenServiceContext, "directory">,
  { tenant, application }: Pick<ConsentParties, "tenant" | "application">,
): void {
  const resourceAppId = findMissingApi(directory, tenant.id, application);
  if (resourceAppId === undefined) {
    return;
  }
  const resourceName = findApplicationByAppId(directory, resourceAppId)?.displayName ?? "";
  const why = `the registration declares permissions on the API ${resourceAppId}, which has no service principal in ${tenant.displayName}; consent to the API first, or remove it from requiredResourceAccess`;
  throw new Refusal("650052", { resourceAppId, resourceName, tenantId: tenant.id }, why);
}

function isMissing(context: TokenServiceContext, parties: ConsentParties, part: ResourceScopes): boolean {
  const granted = grantedScopes(context, parties, part.resource);
  return part.isDefault ? granted.length === 0 : part.scopes.some((scope) => !granted.includes(scope.value));
}

/** Entra: Microsoft's own tools have fixed permissions on Microsoft's APIs, and no one can consent to more. */
function checkPreauthorized({ application }: ConsentParties, { resource }: ResourceScopes): void {
  if (!isFamilyClient(application.appId) || resource.appOwnerOrganizationId !== microsoftServicesTenantId) {
    return;
  }
  const why = `${application.displayName} may use fixed permissions on ${resource.displayName} only; use a client id of your own`;
  throw new Refusal("65002", { appId: application.appId, resourceAppId: resource.appId }, why);
}

function checkApis(context: TokenServiceContext, parties: ConsentParties, { isDefault }: ResourceScopes): void {
  if (isDefault) {
    checkDeliveredApis(context, parties);
  }
}

/** For `.default`: nothing on the API is consented to, and the registration declares nothing on it. */
function checkDeclared(
  context: TokenServiceContext,
  parties: ConsentParties,
  { isDefault, resource, name }: ResourceScopes,
): void {
  const { application } = parties;
  if (!isDefault || declaredScopes(context, parties).some((item) => item.resource.id === resource.id)) {
    return;
  }
  const values = {
    appId: application.appId,
    appName: application.displayName,
    resource: name,
    resourceAppId: resource.appId,
    registered: application.requiredResourceAccess.map((access) => access.resourceAppId).join(", "),
  };
  const why = `the registration declares no delegated permission on ${resource.displayName}; add one, or ask for a single permission`;
  throw new Refusal("650057", values, why);
}
