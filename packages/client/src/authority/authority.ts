import type { AuthorityKind } from "../api/authorityKind.ts";
import { ConfigurationError } from "../errors/errors.ts";
import { isLoopback, parseUrl } from "../transport/webAddress.ts";
import { cloudOf } from "./clouds.ts";

/** A parsed authority: its kind, how its tokens are grouped, and where its endpoints come from. */
export interface Authority {
  readonly kind: AuthorityKind;
  /** Without a trailing slash. */
  readonly url: string;
  readonly host: string;
  /** The cache group: hosts that are aliases of each other share it. */
  readonly environment: string;
  /** The tenant segment as given; `undefined` if the kind has none. */
  readonly tenant: string | undefined;
  /** Entra's endpoints are derived from the address; all others are read from this document. */
  readonly endpoints: { readonly base: string } | { readonly metadataUrl: string };
  /** Whether Microsoft's instance discovery must confirm the host before a credential is sent to it. */
  readonly confirmHost: boolean;
  /** Whether only the options name the host: it has Entra's endpoints, and may belong to an External ID tenant. */
  readonly isCustomDomain?: boolean;
}

/** The application options that {@link parseAuthority} reads. */
export interface AuthorityOptions {
  readonly authority?: string | undefined;
  readonly oidcAuthority?: string | undefined;
  readonly knownAuthorities?: readonly string[] | undefined;
  readonly instanceDiscovery?: boolean | undefined;
  readonly allowInsecureLoopback?: boolean | undefined;
}

export const multiTenant: ReadonlySet<string> = new Set(["common", "organizations", "consumers"]);
/** Microsoft services whose hosts consist of the tenant's name and a Microsoft domain. */
const microsoftHost = /\.(b2clogin|ciamlogin)\.com$/;
export const guid: RegExp = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Parses and classifies the authority; throws {@link ConfigurationError} if it is invalid. */
export function parseAuthority(options: AuthorityOptions): Authority {
  const { authority, oidcAuthority } = options;
  if (authority !== undefined && oidcAuthority !== undefined) {
    throw invalid(
      "Both authority and oidcAuthority are set.",
      "Keep authority for Entra ID, B2C, External ID or AD FS, or oidcAuthority for another OpenID Connect issuer.",
    );
  }
  if (oidcAuthority !== undefined) {
    return parseOidcAuthority(oidcAuthority, options);
  }
  if (authority === undefined) {
    throw invalid(
      "Neither authority nor oidcAuthority is set.",
      "Set authority to https://login.microsoftonline.com/{tenant id or domain}.",
    );
  }
  const url = readAddress("authority", authority, options);
  const segments = url.pathname.split("/").filter((segment) => segment !== "");
  if (segments.at(-1)?.toLowerCase() === "v2.0") {
    segments.pop();
  }
  const path = segments.map((segment) => segment.toLowerCase());
  // A loopback authority is the developer's own, and must never be sent to public instance discovery.
  const known = listed(url, options) || isLoopback(url.hostname);
  const base = { host: url.host, environment: url.host, confirmHost: false };

  if (path[0] === "adfs") {
    const address = `${url.origin}/adfs`;
    const metadataUrl = `${address}/.well-known/openid-configuration`;
    return { ...base, kind: "adfs", url: address, tenant: undefined, endpoints: { metadataUrl } };
  }
  if (url.hostname.endsWith(".ciamlogin.com")) {
    const tenant = path[0] ?? `${url.hostname.slice(0, -".ciamlogin.com".length)}.onmicrosoft.com`;
    return { ...base, kind: "externalId", tenant, ...discoveredAt(`${url.origin}/${tenant}`) };
  }
  if (url.hostname.endsWith(".b2clogin.com") || (known && path.length > 1 && path[1] !== "oauth2")) {
    if (path.length < 2) {
      throw invalid(
        `The authority ${authority} contains no policy.`,
        "Write a B2C authority as https://{name}.b2clogin.com/{tenant}/{policy}.",
      );
    }
    const tenant = path[0] === "tfp" ? path[1] : path[0];
    return { ...base, kind: "b2c", tenant, ...discoveredAt(`${url.origin}/${path.join("/")}`) };
  }
  return parseEntraAuthority(authority, url, path, known, options);
}

function parseEntraAuthority(
  given: string,
  url: URL,
  path: readonly string[],
  known: boolean,
  options: AuthorityOptions,
): Authority {
  const [tenant] = path;
  if (tenant === undefined) {
    throw invalid(
      `The authority ${given} contains no tenant.`,
      "Append the tenant: the directory's id or one of its verified domains, as in https://login.microsoftonline.com/contoso.onmicrosoft.com.",
    );
  }
  if (path.length > 1) {
    throw invalid(
      `The authority ${given} has more than a tenant in its path.`,
      "Write it as https://{host}/{tenant}; a B2C authority with a policy needs its host in knownAuthorities.",
    );
  }
  requireTenant(tenant);
  const cloud = cloudOf(url.host);
  const host = cloud?.network ?? url.host;
  const address = `${url.protocol}//${host}/${tenant}`;
  return {
    kind: "entra",
    url: address,
    host,
    environment: cloud?.cache ?? url.host,
    tenant,
    endpoints: entraEndpoints(address),
    confirmHost: cloud === undefined && !known && options.instanceDiscovery !== false,
    isCustomDomain: cloud === undefined && listed(url, options),
  };
}

/** Rejects a segment that cannot name a tenant. */
function requireTenant(tenant: string): void {
  if (multiTenant.has(tenant) || guid.test(tenant) || /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(tenant)) {
    return;
  }
  throw invalid(
    `The tenant ${JSON.stringify(tenant)} is neither a directory id nor a domain.`,
    "Use the tenant's id (a GUID) or one of its verified domains.",
  );
}

/** The same authority with another tenant, for calls that name one. */
export function withTenant(authority: Authority, tenantId: string | undefined): Authority {
  if (tenantId === undefined) {
    return authority;
  }
  if (authority.kind !== "entra") {
    throw new ConfigurationError(`tenantId was passed, but the authority ${authority.url} has no tenant to replace.`, {
      code: "invalid_options",
      remedy: "Leave tenantId out; create another application object for another authority.",
    });
  }
  const tenant = tenantId.toLowerCase();
  requireTenant(tenant);
  const url = authority.url.replace(/[^/]*$/, tenant);
  return { ...authority, url, tenant, endpoints: entraEndpoints(url) };
}

/** Rejects `common` and the like for app-only tokens: such a token belongs to one tenant. */
export function requireSingleTenant(authority: Authority): void {
  if (authority.kind !== "entra" || !multiTenant.has(authority.tenant ?? "")) {
    return;
  }
  throw new ConfigurationError(
    `The authority ${authority.url} stands for many tenants; an app-only token is issued by exactly one.`,
    {
      code: "tenant_required",
      remedy: `Replace /${authority.tenant} with the tenant's id or domain, or pass tenantId with the call.`,
    },
  );
}

/** Whether a credential may be sent to this host because the options or the table of clouds contain it. */
export function isTrustedHost(url: URL, options: AuthorityOptions): boolean {
  return cloudOf(url.host) !== undefined || listed(url, options);
}

function listed(url: URL, options: AuthorityOptions): boolean {
  return (options.knownAuthorities ?? []).some((entry) => {
    const host = entry
      .replace(/^https?:\/\//i, "")
      .replace(/\/.*$/, "")
      .toLowerCase();
    return host === url.host || host === url.hostname;
  });
}

function entraEndpoints(url: string): Authority["endpoints"] {
  return { base: `${url}/oauth2/v2.0` };
}

function discoveredAt(url: string): Pick<Authority, "url" | "endpoints"> {
  return { url, endpoints: { metadataUrl: `${url}/v2.0/.well-known/openid-configuration` } };
}

function parseOidcAuthority(text: string, options: AuthorityOptions): Authority {
  const parsed = readAddress("oidcAuthority", text, options);
  // Microsoft's own services keep their rules, whichever option names them.
  if (cloudOf(parsed.host) || microsoftHost.test(parsed.hostname) || /^\/adfs(\/|$)/i.test(parsed.pathname)) {
    return parseAuthority({ ...options, authority: text, oidcAuthority: undefined });
  }
  const url = `${parsed.origin}${parsed.pathname.replace(/\/$/, "")}`;
  return {
    kind: "generic",
    url,
    host: parsed.host,
    environment: parsed.host,
    tenant: undefined,
    endpoints: { metadataUrl: `${url}/.well-known/openid-configuration` },
    confirmHost: false,
  };
}

function readAddress(option: string, text: string, options: AuthorityOptions): URL {
  const url = parseUrl(text);
  if (url === undefined) {
    throw invalid(`${option} is ${JSON.stringify(text)}: not a URL.`, `Set ${option} to a full https address.`);
  }
  if (
    url.protocol !== "https:" &&
    !(url.protocol === "http:" && isLoopback(url.hostname) && options.allowInsecureLoopback)
  ) {
    throw invalid(
      `${option} ${text} is not https.`,
      isLoopback(url.hostname)
        ? `Use https; a test server on this machine without https needs allowInsecureLoopback.`
        : `Use https: a credential is never sent unencrypted.`,
    );
  }
  if (url.username || url.password || url.search || url.hash) {
    throw invalid(
      `${option} ${url.origin}${url.pathname} contains more than an address.`,
      `Remove user, query and fragment from ${option}.`,
    );
  }
  return url;
}

function invalid(message: string, remedy: string): ConfigurationError {
  return new ConfigurationError(message, { code: "invalid_authority", remedy });
}
