import { Refusal } from "../../aadsts/aadsts.ts";
import type { Application } from "../../directory/applications/applicationProperties.ts";
import type { ClientPlatform } from "../../directory/issuedTokens/authentication.ts";
import type { RequestedScopes } from "../consent/requestedScopes.ts";
import type { TokenRequest } from "../tokenRequest.ts";
import type { CredentialRule } from "./grant.ts";

/** Refuses a request in which one of the parameters is missing or empty. */
export function requireParameters({ form }: TokenRequest, ...names: readonly string[]): void {
  const name = names.find((candidate) => (form.get(candidate) ?? "") === "");
  if (name !== undefined) {
    throw missingParameter(name);
  }
}

export function missingParameter(name: string): Refusal {
  return new Refusal("900144", { name }, `the body has no ${name}`);
}

export function wantsClientInfo({ form }: TokenRequest): boolean {
  return form.get("client_info") === "1";
}

/** A token is for one API; refuses several in one request where the real service does. */
export function requireOneResource(requested: RequestedScopes, scope: string): RequestedScopes {
  if (requested.resources.length > 1) {
    const why = "a token is for one API: redeem for the first one, use the refresh token for others";
    throw new Refusal("28000", { scopes: scope }, why);
  }
  return requested;
}

export function accountDeleted(): Refusal {
  return new Refusal("50034", { user: "{EmailHidden}", tenant: "organization's" }, "the user has been deleted");
}

/**
 * What a redemption must present, by the kind of redirect URI: web applications need a credential, the others must not
 * send one, and only single-page applications redeem from a browser.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/reply-url
 */
export function credentialRuleOf({ exchange }: TokenRequest, platform: ClientPlatform): CredentialRule {
  const origin = exchange.request.headers.get("origin");
  if (platform === "spa" && origin === null) {
    const why =
      "the redirect URI is of the single-page platform, and the request has no Origin header: register it as web or mobile/desktop";
    throw new Refusal("9002327", {}, why);
  }
  if (platform !== "spa" && origin !== null) {
    const why =
      "the request comes from a browser script, and the redirect URI is not of the single-page platform: register it there";
    throw new Refusal("9002326", { origin }, why);
  }
  return { credential: platform === "web" ? "required" : "forbidden", platform };
}

/** Without a redirect URI, the registration decides: "Allow public client flows". */
export function credentialRuleWithoutRedirect({ isFallbackPublicClient }: Application): CredentialRule {
  return isFallbackPublicClient === true
    ? { credential: "forbidden", platform: "publicClient" }
    : { credential: "required", platform: "web" };
}
