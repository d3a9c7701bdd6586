import type { Application } from "./applicationProperties.ts";

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

/**
 * The URL to redirect to when the requested one is registered, itself or with further path segments, as admin consent
 * allows. Compared after parsing, so that dot segments cannot leave the registered path.
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
  // An encoded separator may be decoded by the receiving server and lead out of the registered path after all.
  if (/%2f|%5c/i.test(url.pathname.slice(registered.pathname.length))) {
    return false;
  }
  const prefix = registered.pathname.endsWith("/") ? registered.pathname : `${registered.pathname}/`;
  return url.pathname === registered.pathname || url.pathname.startsWith(prefix);
}
