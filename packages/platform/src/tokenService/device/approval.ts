import { Refusal } from "../../aadsts/aadsts.ts";
import type { Application } from "../../directory/applications/applicationProperties.ts";
import { findApplicationByAppId } from "../../directory/applications/applications.ts";
import { type DeviceRequest, findUserCode, type StoredDeviceCode } from "../../directory/issuedTokens/deviceCodes.ts";
import { findServicePrincipalByAppId } from "../../directory/servicePrincipals/servicePrincipals.ts";
import { getTenant } from "../../directory/tenants/tenants.ts";
import type { SignedIn } from "../../signIn/browserSession.ts";
import { issuerOf } from "../../signing/claims/claimValues.ts";
import { isAvailable } from "../adminConsent/consentRequest.ts";
import { checkConsentable } from "../consent/consentChecks.ts";
import { type RequestedScopes, readResource, readScopes } from "../consent/requestedScopes.ts";
import { type ConsentItem, type ConsentParties, mayConsent, missingConsent } from "../consent/userConsent.ts";
import type { TokenServiceContext } from "../context.ts";
import { checkAdmission } from "../issuance/admission.ts";
import { resolveTenant } from "../tenantSegment.ts";

/** What a user approves for a device. */
export interface Approval {
  readonly parties: ConsentParties;
  readonly requested: RequestedScopes;
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
  const requested =
    request.version === 1
      ? readResource(context, tenant, application, request.resource)
      : readScopes(context, tenant, application, request.scope);
  const parties = { tenant, application, client, user };
  checkConsentable(context, parties, requested);
  const items = missingConsent(context, parties, requested);
  if (items.length > 0 && mayConsent(context, parties, items) === "administratorOnly") {
    const names = items.flatMap(({ scopes }) => scopes.map((scope) => scope.value)).join(", ");
    throw new Refusal("90094", {}, `${names}: you may not consent to this, but an administrator of the tenant may`);
  }
  return { parties, requested, items };
}

/** A code that waits for its user, and the application it was issued to. */
export interface PendingUserCode {
  readonly stored: StoredDeviceCode;
  readonly application: Application;
}

/** Finds a typed code. It may be empty, wrong, used already, or too old. @see RFC 8628 section 3.3 */
export function readUserCode({ directory, clock }: TokenServiceContext, userCode: string): PendingUserCode {
  if (userCode === "") {
    throw new Refusal("90119", {}, "nothing was entered; type the code that the device shows");
  }
  const stored = findUserCode(directory, userCode);
  const application = findApplicationByAppId(directory, stored?.request.clientId ?? "");
  if (stored === undefined || application === undefined) {
    throw new Refusal(
      "70018",
      {},
      "no device has this code; check it letter by letter, or ask the device for a new one",
    );
  }
  if (stored.state !== "pending") {
    throw new Refusal("90120", {}, "the code was used before; ask the device for a new one");
  }
  if (clock.now() >= stored.expiresMs) {
    throw new Refusal("70019", {}, "the code is older than fifteen minutes; ask the device for a new one");
  }
  return { stored, application };
}
