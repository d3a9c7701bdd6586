import { requireType } from "../api/checks/optionTypes.ts";
import { ConfigurationError } from "../errors/errors.ts";
import { parseUrl } from "../transport/webAddress.ts";

const maximumRedirects = 5;

/**
 * Resolves a path below the base, whatever it looks like (`root:/x` is not a scheme), or an absolute URL (a nextLink)
 * on the base's origin. Throws {@link ConfigurationError}.
 */
export function resolveBelow(base: URL, path: string): URL {
  requireType("path", path, "string");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: `URL` takes them out without a word, and `#` cuts off the rest
  if (/[\0-\x1f#]/.test(path)) {
    throw new ConfigurationError(
      `The path ${JSON.stringify(path.split("?", 1)[0]?.slice(0, 200))} contains # or a control character.`,
      {
        code: "invalid_options",
        remedy: "Pass the path as a string, with each part encoded by encodeURIComponent: # becomes %23.",
      },
    );
  }
  const isAbsolute = /^https?:\/\//i.test(path);
  const text = isAbsolute ? path : `./${path.replace(/^\/+/, "")}`;
  const url = parseUrl(text, base);
  const isWithin = isAbsolute || url?.pathname.startsWith(base.pathname);
  if (isWithin && url?.origin === base.origin && url.username + url.password === "") {
    return url;
  }
  const allowed = isAbsolute ? `on ${base.origin}` : `below ${base.origin}${base.pathname}`;
  throw redirectRefused(
    `The address ${url ? url.origin + url.pathname : "given"} is not ${allowed}, where the token may be sent.`,
  );
}

/** Whether a response is a redirect. */
export function isRedirect(response: Response): boolean {
  // Browsers hide everything about a redirect except the type.
  return response.type === "opaqueredirect" || [301, 302, 303, 307, 308].includes(response.status);
}

/** The target of a redirect; throws {@link ConfigurationError} `redirect_refused` if it must not be followed. */
export function redirectTarget(response: Response, from: URL, method: string, redirects: number): URL {
  const location = response.headers.get("location");
  const target = location === null ? undefined : parseUrl(location, from);
  if (target === undefined) {
    throw redirectRefused(`${from.host} redirects, but this runtime does not reveal where to.`);
  }
  if (method !== "GET" && method !== "HEAD") {
    throw redirectRefused(`${from.host} redirects a ${method} request.`);
  }
  if (target.protocol !== "https:" && target.origin !== from.origin) {
    throw redirectRefused(`${from.host} redirects to ${target.origin}, which is not https.`);
  }
  if (redirects >= maximumRedirects) {
    throw redirectRefused(`${from.host} redirects more than ${maximumRedirects} times.`);
  }
  return target;
}

function redirectRefused(message: string): ConfigurationError {
  return new ConfigurationError(message, {
    code: "redirect_refused",
    remedy: "Call the address that the API documents, with a protectedApi of its own if it is another host.",
  });
}
