import { requireOptionNames, signalOption } from "../api/checks/optionNames.ts";
import { requireNonEmpty } from "../api/checks/optionTypes.ts";
import type { AuthorizationUrlOptions } from "../api/options.ts";
import type { AuthorizationRequest } from "../api/signIn.ts";
import { withTenant } from "../authority/authority.ts";
import { endpointsOf } from "../authority/discovery.ts";
import { requireScopes } from "../authority/requireScopes.ts";
import { withSignInScopes } from "../authority/scopes.ts";
import { encodeBase64Url } from "../crypto/base64url.ts";
import { sha256 } from "../crypto/sha256.ts";
import { ConfigurationError } from "../errors/errors.ts";
import { randomUuid } from "../runtime/random.ts";
import { mergeClaims } from "../tokenEndpoint/claims.ts";
import { addressWith } from "../transport/webAddress.ts";
import type { SignInContext } from "./context.ts";

/** The options that every sign-in page accepts. */
export const signInOptions: string = `scopes:any extraScopesToConsent:list prompt loginHint domainHint claims claimsFromClient tenantId correlationId extraQueryParameters:texts ${signalOption}`;

const inspectCustom = Symbol.for("nodejs.util.inspect.custom");

function requireResponseMode(mode: string | undefined): void {
  if (mode === undefined || ["query", "fragment", "form_post", "auto"].includes(mode)) {
    return;
  }
  throw new ConfigurationError(`responseMode is ${JSON.stringify(mode.slice(0, 100))}.`, {
    code: "invalid_options",
    remedy: "Set responseMode to query, fragment, form_post or auto.",
  });
}

/**
 * Starts a sign-in: creates state, nonce and verifier, and the URL with them.
 * @see RFC 7636 section 4.1, section 4.2
 */
export async function createAuthorizationRequest(
  client: SignInContext,
  options: AuthorizationUrlOptions,
): Promise<AuthorizationRequest> {
  requireOptionNames("getAuthorizationUrl", options, `${signInOptions} redirectUri responseMode state`);
  const { scopes, redirectUri, tenantId, signal } = options;
  requireScopes(scopes);
  requireRedirectUri(redirectUri);
  const authority = withTenant(client.authority, tenantId);
  const correlationId = options.correlationId ?? randomUuid(client.random);
  const claims = mergeClaims(options.claims, options.claimsFromClient, client.clientCapabilities);
  const { authorizationEndpoint, scopesSupported, takesFormPost, kind } = await endpointsOf(
    client.discovery,
    authority,
    {
      signal,
      correlationId,
    },
  );
  if (authorizationEndpoint === undefined) {
    throw new ConfigurationError(`The authority ${authority.url} has no sign-in page (authorization_endpoint).`, {
      code: "invalid_authority",
      remedy: "Use an authority that signs users in, or another flow.",
      correlationId,
    });
  }
  requireResponseMode(options.responseMode);
  if (options.state !== undefined) {
    requireNonEmpty("state", options.state, "Leave state out: it is created for each sign-in.");
  }
  const { responseMode = kind === "generic" ? undefined : "query" } = options;
  const state = options.state ?? encodeBase64Url(client.random(32));
  const nonce = encodeBase64Url(client.random(32));
  const codeVerifier = encodeBase64Url(client.random(32));
  const url = addressWith(authorizationEndpoint, {
    ...options.extraQueryParameters,
    client_id: client.clientId,
    response_type: "code",
    redirect_uri: redirectUri,
    scope: withSignInScopes([...scopes, ...(options.extraScopesToConsent ?? [])], scopesSupported),
    response_mode: responseMode === "auto" ? (takesFormPost ? "form_post" : "query") : responseMode,
    state,
    nonce,
    code_challenge: await sha256(codeVerifier),
    code_challenge_method: "S256",
    prompt: options.prompt,
    login_hint: options.loginHint,
    domain_hint: options.domainHint,
    claims,
    ...(kind === "generic" ? {} : { client_info: "1", "client-request-id": correlationId }),
  });
  const request = {
    url,
    state,
    nonce,
    codeVerifier,
    redirectUri,
    scopes: [...scopes],
    tenantId,
    correlationId,
  };
  // Not enumerable: JSON includes the verifier, but a console does not show it.
  return Object.defineProperty(request, inspectCustom, { value: () => ({ ...request, codeVerifier: "***" }) });
}

function requireRedirectUri(redirectUri: string): void {
  if (typeof redirectUri === "string" && URL.canParse(redirectUri)) {
    return;
  }
  throw new ConfigurationError(`redirectUri is ${JSON.stringify(redirectUri)}: not a URL.`, {
    code: "invalid_options",
    remedy: "Set redirectUri to exactly one of the registered redirect URIs.",
  });
}
