import type { ClientPlatform } from "../../issuedTokens/authentication.ts";
import type { Application } from "../applicationProperties.ts";

const loopbackHosts = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Throws unless the URI may be registered: https, http on a loopback host, or an application's own scheme. */
export function checkRedirectUri(uri: string): void {
  const url = URL.parse(uri);
  if (url === null) {
    throw new Error(`Redirect URI ${uri} is not an absolute URL`);
  }
  if (url.protocol === "http:" && !loopbackHosts.has(url.hostname)) {
    throw new Error(`Redirect URI ${uri} must use https: http is allowed for localhost only`);
  }
  if (["javascript:", "data:", "file:", "blob:", "about:", "vbscript:"].includes(url.protocol)) {
    throw new Error(`Redirect URI ${uri} has a scheme that cannot receive a redirect`);
  }
  if (url.hash !== "" || url.username !== "" || url.password !== "") {
    throw new Error(`Redirect URI ${uri} must have no fragment and no user information`);
  }
}

/** A registered redirect URI and its platform. */
export interface RegisteredRedirect {
  readonly platform: ClientPlatform;
  readonly url: URL;
}

const platforms: readonly ClientPlatform[] = ["web", "spa", "publicClient"];

/**
 * Returns the requested URI when it is registered. The URIs must be identical, except for the port of localhost and the
 * case of the host. When several differ in that port only, the one with the right port wins, otherwise the first.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/reply-url
 */
export function registeredRedirect(application: Application, requested: string): RegisteredRedirect | undefined {
  const url = URL.parse(requested);
  if (url === null || url.hash !== "" || url.username !== "" || url.password !== "") {
    return undefined;
  }
  const all = platforms.flatMap((platform) => application[platform].redirectUris.map((uri) => ({ platform, uri })));
  const found =
    all.find(({ uri }) => normalized(uri) === normalized(requested)) ??
    all.find(({ uri }) => withoutLocalPort(uri) === withoutLocalPort(requested));
  return found === undefined ? undefined : { platform: found.platform, url };
}

/** Returns where to redirect when the request has no redirect URI. */
export function firstRedirect(application: Application): RegisteredRedirect | undefined {
  for (const platform of platforms) {
    const url = URL.parse(application[platform].redirectUris[0] ?? "");
    if (url !== null) {
      return { platform, url };
    }
  }
  return undefined;
}

/** Normalizes what makes no difference: the case of scheme and host, and a missing first slash. */
function normalized(uri: string): string {
  const [, scheme, authority = "", rest = ""] = /^([a-z][a-z\d+.-]*):\/\/([^/?#\\]*)(.*)$/is.exec(uri) ?? [];
  // An application's own scheme may have no slashes.
  return scheme === undefined
    ? uri
    : `${scheme.toLowerCase()}://${authority.toLowerCase()}${rest.startsWith("/") ? rest : `/${rest}`}`;
}

function withoutLocalPort(uri: string): string {
  return normalized(uri).replace(/^(https?:\/\/localhost):\d+\//, "$1/");
}

/**
 * Returns the requested URL when it is registered, itself or with additional path segments, as admin consent allows.
 * The URLs are compared after parsing, so that dot segments cannot leave the registered path.
 */
export function registeredConsentRedirect(application: Application, requested: string): URL | undefined {
  const url = URL.parse(requested);
  if (url === null || url.hash !== "" || url.username !== "" || url.password !== "") {
    return undefined;
  }
  const registered = [
    ...application.web.redirectUris,
    ...application.spa.redirectUris,
    ...application.publicClient.redirectUris,
  ];
  return registered.some((uri) => isWithin(url, uri)) ? url : undefined;
}

function isWithin(url: URL, registeredUri: string): boolean {
  const registered = URL.parse(registeredUri);
  if (registered === null || registered.protocol !== url.protocol || registered.host !== url.host) {
    return false;
  }
  if (registered.search !== url.search) {
    return false;
  }
  // The receiving server may decode an encoded separator, and so leave the registered path after all.
  if (/%2f|%5c/i.test(url.pathname.slice(registered.pathname.length))) {
    return false;
  }
  const prefix = registered.pathname.endsWith("/") ? registered.pathname : `${registered.pathname}/`;
  return url.pathname === registered.pathname || url.pathname.startsWith(prefix);
}
