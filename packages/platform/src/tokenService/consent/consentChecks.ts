import { Refusal } from "../../aadsts/aadsts.ts";
import { findApplicationByAppId } from "../../directory/applications/applications.ts";
import { findMissingApi } from "../../directory/permissionGrants/consent.ts";
import { microsoftServicesTenantId } from "../../directory/wellKnown.ts";
import type { TokenServiceContext } from "../context.ts";
import { isFamilyClient } from "./preauthorized.ts";
import type { AskedResource, AskedScopes } from "./requestedScopes.ts";
import { type ConsentParties, declaredScopes, grantedScopes } from "./userConsent.ts";

/** Refuses what nobody, whoever is asked, could consent to, of what the request asks for and is not consented to yet. */
export function checkConsentable(context: TokenServiceContext, parties: ConsentParties, asked: AskedScopes): void {
  for (const part of asked.resources) {
    if (part.resource.appId !== parties.application.appId && isMissing(context, parties, part)) {
      // In the order of their refusals; the order is knowledge, not measurement.
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
  const why = `the registration declares permissions on the API ${resourceAppId}, which has no service principal in ${tenant.displayName}; consent to the API first, or take it out of requiredResourceAccess`;
  throw new Refusal("650052", { resourceAppId, resourceName, tenantId: tenant.id }, why);
}

function isMissing(context: TokenServiceContext, parties: ConsentParties, part: AskedResource): boolean {
  const granted = grantedScopes(context, parties, part.resource);
  return part.isDefault ? granted.length === 0 : part.scopes.some((scope) => !granted.includes(scope.value));
}

/** Entra: Microsoft's own tools have on Microsoft's APIs what those give them, and nobody can consent to more. */
function checkPreauthorized({ application }: ConsentParties, { resource }: AskedResource): void {
  if (!isFamilyClient(application.appId) || resource.appOwnerOrganizationId !== microsoftServicesTenantId) {
    return;
  }
  const why = `${application.displayName} may use fixed permissions on ${resource.displayName} only; ask with a client id of your own`;
  throw new Refusal("65002", { appId: application.appId, resourceAppId: resource.appId }, why);
}

function checkApis(context: TokenServiceContext, parties: ConsentParties, { isDefault }: AskedResource): void {
  if (isDefault) {
    checkDeliveredApis(context, parties);
  }
}

/** Of `.default`: nothing on the API is consented to, and nothing is declared that could be. */
function checkDeclared(
  context: TokenServiceContext,
  parties: ConsentParties,
  { isDefault, resource, name }: AskedResource,
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
