import type { AuthorityKind } from "../api/authorityKind.ts";
import { ConfigurationError, NetworkError } from "../errors/errors.ts";
import { parseObject } from "../runtime/json.ts";
import {
  type Call,
  type HttpClient,
  type HttpResponse,
  hostOf,
  invalidResponse,
  isTransientStatus,
  send,
} from "../transport/http.ts";
import { withRetries } from "../transport/retrying/retry.ts";
import { isLoopback, parseUrl } from "../transport/webAddress.ts";
import { type Authority, type AuthorityOptions, isTrustedHost } from "./authority.ts";
import { type Cloud, readCloud } from "./clouds.ts";

/** An authority's endpoints and capabilities. What it lacks is `undefined`. */
export interface Endpoints {
  readonly tokenEndpoint: string;
  /** Where the browser is sent to sign in. */
  readonly authorizationEndpoint: string | undefined;
  readonly deviceAuthorizationEndpoint: string | undefined;
  /** Where the browser is sent to sign out. */
  readonly endSessionEndpoint: string | undefined;
  /** `undefined` if the authority does not list them. */
  readonly scopesSupported: readonly string[] | undefined;
  /** Whether it takes a secret as HTTP Basic only. */
  readonly takesBasicOnly: boolean;
  /** Whether the sign-in page can post its response. */
  readonly takesFormPost: boolean;
  /** Known if metadata was read. */
  readonly issuer: string | undefined;
  /** Whether each response of its sign-in page contains the issuer. @see RFC 9207 section 3 */
  readonly sendsIssuer: boolean;
  /** What Microsoft's discovery reported about a host that is in no table. */
  readonly cloud: Cloud | undefined;
  /** The kind, refined by the issuer: a custom domain may turn out to be External ID. */
  readonly kind: AuthorityKind;
}

/** The endpoints that need no request: Entra's, derived from the address. */
export function endpointsByAddress(authority: Authority): Endpoints | undefined {
  const { endpoints, confirmHost } = authority;
  return confirmHost || "metadataUrl" in endpoints ? undefined : endpointsBelow(endpoints.base, authority, undefined);
}

/**
 * Requests an authority's endpoints: the confirmation of an unknown host with Entra's endpoints, or else the OpenID
 * configuration. Metadata is trusted only if its issuer is the expected one.
 * @see OpenID Connect Discovery 1.0 section 4.3
 */
export async function requestEndpoints(
  authority: Authority,
  options: AuthorityOptions,
  http: HttpClient,
  call: Call,
): Promise<Endpoints> {
  if ("base" in authority.endpoints) {
    const cloud = await confirmHost(authority, http, call);
    const base = authority.endpoints.base.replace(`//${authority.host}/`, `//${cloud?.network ?? authority.host}/`);
    return endpointsBelow(base, authority, cloud);
  }
  const { metadataUrl } = authority.endpoints;
  const { status, body } = await getJson(http, metadataUrl, call);
  const { issuer, token_endpoint: tokenEndpoint } = body;
  if (status !== 200 || typeof issuer !== "string" || typeof tokenEndpoint !== "string") {
    throw new ConfigurationError(`${metadataUrl} answered ${status} without issuer and token_endpoint.`, {
      code: "invalid_authority",
      remedy: "Check the authority: its OpenID configuration must be at this address.",
      correlationId: call.correlationId,
    });
  }
  requireIssuer(authority, issuer, metadataUrl, call);
  requireEndpoint(authority, issuer, { name: "token endpoint", address: tokenEndpoint }, options, call);
  const kind = externalIdIssuer.test(issuer) ? "externalId" : authority.kind;
  const address = (name: string): string | undefined => {
    const value = body[name];
    return typeof value === "string" && isSecure(value, options) ? value : undefined;
  };
  const declares = (name: string, value: string): boolean => {
    const listed = body[name];
    return Array.isArray(listed) && listed.includes(value);
  };
  const methods = "token_endpoint_auth_methods_supported";
  const { scopes_supported: scopes } = body;
  return {
    tokenEndpoint,
    authorizationEndpoint: address("authorization_endpoint"),
    deviceAuthorizationEndpoint: address("device_authorization_endpoint"),
    endSessionEndpoint: address("end_session_endpoint"),
    // Entra: B2C, External ID and AD FS list fewer scopes than they accept.
    scopesSupported: kind === "generic" && Array.isArray(scopes) ? scopes.map(String) : undefined,
    takesBasicOnly:
      kind === "generic" && declares(methods, "client_secret_basic") && !declares(methods, "client_secret_post"),
    takesFormPost: kind !== "generic" || declares("response_modes_supported", "form_post"),
    issuer,
    sendsIssuer: body["authorization_response_iss_parameter_supported"] === true,
    cloud: undefined,
    kind,
  };
}

function endpointsBelow(base: string, { kind }: Authority, cloud: Cloud | undefined): Endpoints {
  return {
    tokenEndpoint: `${base}/token`,
    authorizationEndpoint: `${base}/authorize`,
    deviceAuthorizationEndpoint: `${base}/devicecode`,
    endSessionEndpoint: `${base}/logout`,
    scopesSupported: undefined,
    takesBasicOnly: false,
    takesFormPost: true,
    issuer: undefined,
    sendsIssuer: false,
    cloud,
    kind,
  };
}

/** Gets a JSON object; a response without one is reported, never thrown as a syntax error. */
async function getJson(
  http: HttpClient,
  address: string,
  call: Call,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const init = { headers: { accept: "application/json" } };
  const isTransient = ({ status }: HttpResponse): boolean => isTransientStatus(status);
  const response = await withRetries(http, call, true, isTransient, () => send(http, address, init, call));
  const body = parseObject(response.text);
  // A 404 counts in any form: the server is there, but the address is wrong.
  if (response.status !== 404 && (body === undefined || isTransient(response))) {
    throw invalidResponse(hostOf(address), response, undefined, call.correlationId);
  }
  return { status: response.status, body: body ?? {} };
}

/** Asks Microsoft whether an unknown host is its own, before a credential is sent there; returns the host's cloud. */
async function confirmHost(authority: Authority, http: HttpClient, call: Call): Promise<Cloud | undefined> {
  const url = new URL("https://login.microsoftonline.com/common/discovery/instance?api-version=1.1");
  url.searchParams.set("authorization_endpoint", `${authority.url}/oauth2/v2.0/authorize`);
  const trustHint = `if you trust ${authority.host} with your credential, add "${authority.host}" to knownAuthorities`;
  const { body } = await getJson(http, url.href, call).catch((error: unknown) => {
    if (!(error instanceof NetworkError)) {
      throw error;
    }
    throw new NetworkError(`The host ${authority.host} could not be confirmed: ${error.message}`, {
      ...error,
      remedy: `${error.remedy.replace(/\.$/, "")}; or, ${trustHint}.`,
      cause: error,
    });
  });
  const { metadata, tenant_discovery_endpoint: endpoint } = body;
  if (Array.isArray(metadata) && typeof endpoint === "string") {
    return readCloud(authority.host, metadata);
  }
  throw new ConfigurationError(`Microsoft's instance discovery does not know the host ${authority.host}.`, {
    code: "untrusted_authority",
    remedy: `Correct the authority, or, ${trustHint}.`,
    correlationId: call.correlationId,
  });
}

function requireIssuer(authority: Authority, issuer: string, metadataUrl: string, { correlationId }: Call): void {
  if (issuerMatches(authority, issuer)) {
    return;
  }
  throw new ConfigurationError(
    `${metadataUrl} contains the issuer ${JSON.stringify(issuer.slice(0, 200))}, not ${authority.url}.`,
    {
      code: "issuer_mismatch",
      remedy:
        "Set the authority to the issuer's own address; if it is correct, something on the network changed the response.",
      correlationId,
    },
  );
}

/** The issuer of an External ID tenant, regardless of its domain; captures the tenant's id. */
export const externalIdIssuer: RegExp = /^https:\/\/([^./]+)\.ciamlogin\.com\/\1\/v2\.0\/?$/;

function issuerMatches(authority: Authority, issuer: string): boolean {
  const expected = new URL(authority.url);
  const actual = parseUrl(issuer);
  if (actual === undefined) {
    return false;
  }
  switch (authority.kind) {
    case "entra":
      // Entra: endpoints are derived from the address; no metadata is requested or trusted.
      return false;
    case "generic":
      // Entra: an External ID tenant under a custom domain still has its own host as issuer.
      return issuer === authority.url || issuer === `${authority.url}/` || externalIdIssuer.test(issuer);
    case "b2c":
      // Entra: the issuer contains the tenant's id, whatever name the authority used, with or without the policy.
      return actual.host === expected.host && /^\/(tfp\/)?[^/]+(\/[^/]+)?\/v2\.0\/?$/.test(actual.pathname);
    case "externalId":
      // Entra: the issuer's host is the tenant's id, whatever name or custom domain the authority used.
      return externalIdIssuer.test(issuer);
    case "adfs":
      // AD FS issuers start with http by default; the path is /adfs or its trust service.
      return actual.hostname === expected.hostname && /^\/adfs(\/services\/trust)?\/?$/i.test(actual.pathname);
  }
}

/** Rejects an endpoint that is neither the issuer's own nor on a trusted host. */
export function requireEndpoint(
  authority: Authority,
  issuer: string,
  { name, address }: { readonly name: string; readonly address: string },
  options: AuthorityOptions,
  { correlationId }: Call,
): void {
  const endpoint = parseUrl(address);
  const secure = isSecure(address, options);
  const own = endpoint && [new URL(authority.url).origin, new URL(issuer).origin].includes(endpoint.origin);
  if (endpoint && secure && (own || isTrustedHost(endpoint, options))) {
    return;
  }
  throw new ConfigurationError(`The issuer ${authority.url} uses the ${name} ${address.slice(0, 200)}.`, {
    code: "untrusted_authority",
    remedy: secure
      ? `If you trust that host with your credential, add "${endpoint?.host}" to knownAuthorities.`
      : `Ask the issuer's operator for an https ${name}: a credential is never sent unencrypted.`,
    correlationId,
  });
}

function isSecure(address: string, options: AuthorityOptions): boolean {
  const url = parseUrl(address);
  return (
    url?.protocol === "https:" ||
    (url?.protocol === "http:" && isLoopback(url.hostname) && options.allowInsecureLoopback === true)
  );
}
