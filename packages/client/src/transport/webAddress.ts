import { isLoopback } from "../authority/authority.ts";

/** The address that a text holds; `undefined` when it holds none. */
export function parseUrl(text: string, base?: URL): URL | undefined {
  return URL.canParse(text, base) ? new URL(text, base) : undefined;
}

/** Whether nobody on the way can read along: https, or http that stays on this machine. */
export function isConfidential(url: URL | undefined): url is URL {
  return url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url.hostname));
}
