import { Refusal } from "../../aadsts/aadsts.ts";
import type { Application } from "../../directory/applications/applicationProperties.ts";
import type { DeviceRequest } from "../../directory/issuedTokens/deviceCodes.ts";
import { findServicePrincipalByAppId } from "../../directory/servicePrincipals/servicePrincipals.ts";
import { getTenant } from "../../directory/tenants/tenants.ts";
import type { SignedIn } from "../../signIn/browserSession.ts";
import { issuerOf } from "../../signing/issuer.ts";
import { isAvailable } from "../adminConsent/consentRequest.ts";
import { type AskedScopes, readResource, readScopes } from "../consent/requestedScopes.ts";
import { checkConsentable } from "../consent/consentChecks.ts";
import { type ConsentItem, type ConsentParties, mayConsent, missingConsent } from "../consent/userConsent.ts";
import type { TokenServiceContext } from "../context.ts";
import { checkAdmission } from "../issuance/admission.ts";
import { resolveTenant } from "../tenantSegment.ts";

/** A user who may approve a device's request, and what that means. */
export interface Approval {
  readonly parties: ConsentParties;
  readonly asked: AskedScopes;
  readonly items: readonly ConsentItem[];
}

/** Refuses a signed-in user who may not approve the request of the device. */
export function checkApproval(
  context: TokenServiceContext,
  request: DeviceRequest,
  application: Application,
  { user, authentication }: SignedIn,
): Approval {
  const { directory } = context;
  const { appId, displayName: appName } = application;
  const resolved = resolveTenant(directory, request.tenantSegment);
  const home = getTenant(directory, user.tenantId);
  const tenant = resolved.kind === "tenant" ? resolved.tenant : home;
  if (tenant === undefined || home?.id !== tenant.id) {
    const provider = issuerOf(context, user.tenantId, 1);
    const values = { user: user.userPrincipalName, provider, tenant: tenant?.displayName ?? "", appId, appName };
    throw new Refusal("50020", values, "you are signed in with an account of another tenant");
  }
  if (!isAvailable(application, tenant)) {
    const why = "the application is registered in another tenant and for that tenant only";
    throw new Refusal("700016", { appId, tenant: tenant.displayName }, why);
  }
  const client = findServicePrincipalByAppId(directory, tenant.id, appId);
  checkAdmission(context, { tenant, user, authentication, client }, "authorize");
  const asked =
    request.version === 1
      ? readResource(context, tenant, application, request.resource)
      : readScopes(context, tenant, application, request.scope);
  const parties = { tenant, application, client, user };
  checkConsentable(context, parties, asked);
  const items = missingConsent(context, parties, asked);
  if (items.length > 0 && mayConsent(context, parties, items) === "administratorOnly") {
    const names = items.flatMap(({ scopes }) => scopes.map((scope) => scope.value)).join(", ");
    throw new Refusal("90094", {}, `${names}: you may not consent to this, an administrator of the tenant may`);
  }
  return { parties, asked, items };
}
