import { Refusal } from "../../aadsts/aadsts.ts";
import { findDeviceCode, redeemDeviceCode, type StoredDeviceCode } from "../../directory/issuedTokens/deviceCodes.ts";
import { getTenant } from "../../directory/tenants/tenants.ts";
import { getUser } from "../../directory/users/users.ts";
import { readResource, readScopes } from "../consent/requestedScopes.ts";
import type { TokenServiceContext } from "../context.ts";
import { checkSignInIsValid } from "../issuance/signInValidity.ts";
import { issueUserTokens } from "../issuance/userTokens.ts";
import type { TokenRequest } from "../tokenRequest.ts";
import type { Grant } from "./grant.ts";
import { accountDeleted, credentialRuleWithoutRedirect, missingParameter, wantsClientInfo } from "./userGrant.ts";

/**
 * A device polls until its user has signed in on another one.
 *
 * @see RFC 8628 section 3.4, https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code
 */
export const deviceCode: Grant = deviceCodeGrant("urn:ietf:params:oauth:grant-type:device_code");
// Entra: MSAL Node sends the short name, and the real service accepts it.
export const bareDeviceCode: Grant = deviceCodeGrant("device_code");

function deviceCodeGrant(grantType: string): Grant {
  return {
    grantType,
    parameters: ["device_code", "code", "client_info", "claims"],
    checkParameters(_, request) {
      if (codeOf(request) === "") {
        throw missingParameter("device_code");
      }
    },
    // Before the user has signed in, a shared path has no tenant; the first response is then to keep waiting.
    findTenant(context, request) {
      const stored = findDeviceCode(context.directory, codeOf(request));
      const tenant = getTenant(context.directory, stored?.approval?.tenantId ?? "");
      if (tenant === undefined) {
        checkState(context, stored);
        throw unknownCode();
      }
      return tenant;
    },
    credentialRule: (_, __, application) => credentialRuleWithoutRedirect(application),
    handle(context, request, { tenant, application, client, proof }) {
      const code = codeOf(request);
      const stored = findDeviceCode(context.directory, code);
      if (stored?.request.clientId !== client.appId) {
        throw unknownCode();
      }
      checkState(context, stored);
      const { approval } = stored;
      if (approval === undefined) {
        throw unknownCode();
      }
      const user = getUser(context.directory, approval.authentication.userId);
      if (user === undefined) {
        throw accountDeleted();
      }
      if (approval.tenantId !== tenant.id) {
        const why = "the user signed in to another tenant; use that tenant's path, or /organizations";
        throw new Refusal("700005", {}, why);
      }
      checkSignInIsValid(context, approval.authentication, "publicClient");
      const { scope, resource, version } = stored.request;
      const requested =
        version === 1
          ? readResource(context, tenant, application, request.form.get("resource") || resource)
          : readScopes(context, tenant, application, request.form.get("scope") || scope);
      if (!redeemDeviceCode(context.directory, code)) {
        throw unknownCode();
      }
      return issueUserTokens(context, {
        ...{ version: request.version, tenant, application, client, user, requested, scope, proof },
        authentication: approval.authentication,
        platform: application.isFallbackPublicClient === true ? "publicClient" : "web",
        claims: request.form.get("claims"),
        wantsClientInfo: wantsClientInfo(request),
      });
    },
  };
}

/** MSAL Python sends the code under both names, version 1 clients only under the short one. */
function codeOf({ form }: TokenRequest): string {
  return form.get("device_code") || form.get("code") || "";
}

function checkState({ clock }: TokenServiceContext, stored: StoredDeviceCode | undefined): void {
  if (stored === undefined || stored.state === "redeemed") {
    throw unknownCode();
  }
  if (stored.state === "declined") {
    throw new Refusal("65004:device", {}, "the user declined on the device page");
  }
  if (clock.now() >= stored.expiresMs) {
    throw new Refusal("70020", {}, "the device code is older than fifteen minutes; request a new one");
  }
  if (stored.state === "pending") {
    throw new Refusal(
      "70016",
      {},
      "the user has not entered the code and signed in yet; poll again after the interval",
    );
  }
}

function unknownCode(): Refusal {
  return new Refusal("70018", {}, "this client may not redeem the device code, or it was redeemed before");
}
