import { Refusal } from "../../aadsts/aadsts.ts";
import type { Application } from "../../directory/applications/applicationProperties.ts";
import type { ClientPlatform } from "../../directory/issuedTokens/authentication.ts";
import type { AskedScopes } from "../consent/requestedScopes.ts";
import type { TokenRequest } from "../tokenRequest.ts";
import type { ClientDemand } from "./grant.ts";

/** Refuses a request that lacks one of the parameters, or has it empty. */
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

/** A token is for one API: several in one request are refused where the real service refuses them. */
export function requireOneResource(asked: AskedScopes, scope: string): AskedScopes {
  if (asked.resources.length > 1) {
    const why = "a token is for one API: redeem for the first one, use the refresh token for others";
    throw new Refusal("28000", { scopes: scope }, why);
  }
  return asked;
}

export function accountGone(): Refusal {
  return new Refusal("50034", { user: "{EmailHidden}", tenant: "organization's" }, "the user has been deleted");
}

/**
 * What the kind of redirect URI asks of a redemption: web applications show a credential, the others must not, and
 * only single-page applications redeem from a browser.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/reply-url
 */
export function demandOf({ exchange }: TokenRequest, platform: ClientPlatform): ClientDemand {
  const origin = exchange.request.headers.get("origin");
  if (platform === "spa" && origin === null) {
    const why =
      "the redirect URI is of the single-page platform, and the request has no Origin header: register it as web or mobile/desktop";
    throw new Refusal("9002327", {}, why);
  }
  if (platform !== "spa" && origin !== null) {
    const why =
      "the request comes from a browser's script, and the redirect URI is not of the single-page platform: register it there";
    throw new Refusal("9002326", { origin }, why);
  }
  return { credential: platform === "web" ? "required" : "forbidden", platform };
}

/** Without a redirect URI the registration decides: "Allow public client flows". */
export function demandWithoutRedirect({ isFallbackPublicClient }: Application): ClientDemand {
  return isFallbackPublicClient === true
    ? { credential: "forbidden", platform: "publicClient" }
    : { credential: "required", platform: "web" };
}
