/** The URL in a text; `undefined` if it is invalid. */
export function parseUrl(text: string, base?: URL): URL | undefined {
  return URL.canParse(text, base) ? new URL(text, base) : undefined;
}

/** Whether nobody can eavesdrop: https, or http to this machine. */
export function isConfidential(url: URL | undefined): url is URL {
  return url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url.hostname));
}

/** Whether the host is this machine. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || /^127(\.\d{1,3}){3}$/.test(hostname) || hostname === "[::1]";
}

/** A URL with these parameters added; those that are `undefined` are omitted. */
export function addressWith(page: string, parameters: Readonly<Record<string, string | undefined>>): string {
  const url = new URL(page);
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) {
      url.searchParams.set(name, value);
    }
  }
  return url.href;
}
