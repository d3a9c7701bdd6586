import { ConfigurationError } from "../errors.ts";

const maximumRedirects = 5;

/** A path below the base, or an absolute URL (a nextLink) of the same origin. */
export function resolveBelow(base: URL, path: string): URL {
  const url = new URL(/^https?:/i.test(path) ? path : path.replace(/^\/+/, ""), base);
  if (url.origin === base.origin) return url;
  throw redirectRefused(`The address ${url.origin}${url.pathname} is not on ${base.origin}, where the token may go.`);
}

/** Whether an answer sends the caller elsewhere. */
export function isRedirect(response: Response): boolean {
  // A browser hides what a redirect says: the type is all that is left of it.
  return response.type === "opaqueredirect" || [301, 302, 303, 307, 308].includes(response.status);
}

/** Where a redirect leads; throws {@link ConfigurationError} `redirect_refused` where it must not be followed. */
export function redirectTarget(response: Response, from: URL, method: string, redirects: number): URL {
  const location = response.headers.get("location");
  const target = location !== null && URL.canParse(location, from) ? new URL(location, from) : undefined;
  if (target === undefined) throw redirectRefused(`${from.host} redirects, and this runtime does not say where to.`);
  if (method !== "GET" && method !== "HEAD") throw redirectRefused(`${from.host} redirects a ${method} request.`);
  if (target.protocol !== "https:" && target.origin !== from.origin) {
    throw redirectRefused(`${from.host} redirects to ${target.origin}, which is not https.`);
  }
  if (redirects >= maximumRedirects)
    throw redirectRefused(`${from.host} redirects more than ${maximumRedirects} times.`);
  return target;
}

function redirectRefused(message: string): ConfigurationError {
  return new ConfigurationError(message, {
    code: "redirect_refused",
    remedy: "Call the address that the API documents, with its own protectedApi if it is another host.",
  });
}
