import { type Refusal, refuse } from "../../aadsts/aadsts.ts";
import { findDeviceCode, redeemDeviceCode, type StoredDeviceCode } from "../../directory/issuedTokens/deviceCodes.ts";
import { getTenant } from "../../directory/tenants/tenants.ts";
import { getUser } from "../../directory/users/users.ts";
import { readResource, readScopes } from "../consent/askedScopes.ts";
import type { TokenServiceContext } from "../context.ts";
import { isSignInOver } from "../issuance/signInValidity.ts";
import { issueUserTokens } from "../issuance/userTokens.ts";
import type { TokenRequest } from "../tokenRequest.ts";
import { demandWithoutRedirect } from "./clientDemand.ts";
import type { Grant } from "./grant.ts";
import { known } from "./grant.ts";
import { accountGone, proofOf, wantsClientInfo } from "./userGrant.ts";

/**
 * A device asks again and again until its user has signed in on another one.
 *
 * @see RFC 8628 section 3.4, https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code
 */
export const deviceCode: Grant = deviceCodeGrant("urn:ietf:params:oauth:grant-type:device_code");
// Entra: MSAL Node sends the bare name, and the real service takes it.
export const bareDeviceCode: Grant = deviceCodeGrant("device_code");

function deviceCodeGrant(grantType: string): Grant {
  return {
    grantType,
    parameters: ["device_code", "code", "client_info", "claims"],
    checkParameters: (_, request) =>
      codeOf(request) === "" ? refuse("900144", { name: "device_code" }, "the body has no device_code") : undefined,
    // Until somebody has signed in, a shared path has no tenant: then the first answer is that one has to wait.
    findTenant(context, request) {
      const stored = findDeviceCode(context.directory, codeOf(request));
      const tenant = getTenant(context.directory, stored?.approval?.tenantId ?? "");
      return tenant ?? checkState(context, stored) ?? unknownCode();
    },
    demand: (_, __, facts) => demandWithoutRedirect(known(facts.application, "application")),
    handle(context, request, facts) {
      const code = codeOf(request);
      const stored = findDeviceCode(context.directory, code);
      const client = known(facts.client, "client");
      if (stored === undefined || stored.request.clientId !== client.appId) {
        return unknownCode();
      }
      const refusal = checkState(context, stored);
      const { approval } = stored;
      if (refusal !== undefined || approval === undefined) {
        return refusal ?? unknownCode();
      }
      const tenant = known(facts.tenant, "tenant");
      const user = getUser(context.directory, approval.authentication.userId);
      if (user === undefined) {
        return accountGone();
      }
      if (approval.tenantId !== tenant.id) {
        return refuse(
          "700005",
          {},
          "the user signed in to another tenant; ask at that tenant's path, or at /organizations",
        );
      }
      const over = isSignInOver(context, approval.authentication, "publicClient");
      if (over !== undefined) {
        return over;
      }
      const application = known(facts.application, "application");
      const { scope, resource, version } = stored.request;
      const asked =
        version === 1
          ? readResource(context, tenant, application, request.form.get("resource") || resource)
          : readScopes(context, tenant, application, request.form.get("scope") || scope);
      if (asked.kind === "refused") {
        return asked;
      }
      if (!redeemDeviceCode(context.directory, code)) {
        return unknownCode();
      }
      return issueUserTokens(context, {
        ...{ version: request.version, tenant, application, client, user, asked, scope },
        authentication: approval.authentication,
        platform: application.isFallbackPublicClient === true ? "publicClient" : "web",
        proof: proofOf(facts),
        claims: request.form.get("claims"),
        wantsClientInfo: wantsClientInfo(request),
      });
    },
  };
}

/** MSAL Python sends the code under both names, version 1 clients under the short one only. */
function codeOf({ form }: TokenRequest): string {
  return form.get("device_code") || form.get("code") || "";
}

function checkState({ clock }: TokenServiceContext, stored: StoredDeviceCode | undefined): Refusal | undefined {
  if (stored === undefined || stored.state === "redeemed") {
    return unknownCode();
  }
  if (stored.state === "declined") {
    return refuse("65004:device", {}, "the user declined on the device page");
  }
  if (clock.now() >= stored.expiresMs) {
    return refuse("70020", {}, "the device code is older than fifteen minutes; ask for a new one");
  }
  return stored.state === "pending"
    ? refuse("70016", {}, "nobody has entered the code and signed in yet; ask again after the interval")
    : undefined;
}

function unknownCode(): Refusal {
  return refuse("70018", {}, "the device code is none that this client may redeem, or it was redeemed before");
}
