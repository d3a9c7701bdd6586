import type { Platform } from "@latchkey/platform";

/** A person at one page of the platform, with a browser's cookies. Redirects are not followed. */
export interface Visitor {
  /** Gives the page's HTML. */
  get(): Promise<string>;
  /** Sends the page's form, with its hidden token. */
  post(fields: Readonly<Record<string, string>>): Promise<string>;
  /** Where the last answer leads to: back to the page, or to the application. Nowhere when it shows something. */
  readonly location: string | undefined;
}

export function visitor(platform: Platform, url: string): Visitor {
  const cookies = new Map<string, string>();
  let token: string | undefined;
  let location: string | undefined;

  async function visit(init: RequestInit = {}): Promise<string> {
    const headers = new Headers(init.headers);
    headers.set("cookie", [...cookies].map(([name, value]) => `${name}=${value}`).join("; "));
    const answer = await platform.fetch(new Request(url, { ...init, headers, redirect: "manual" }));
    for (const line of answer.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    location = answer.headers.get("location") ?? undefined;
    const html = await answer.text();
    token = /name="token" value="([^"]+)"/.exec(html)?.[1] ?? token;
    return html;
  }

  return {
    get: () => visit(),
    post: (fields) =>
      visit({
        method: "POST",
        headers: {
          "content-type": "application/x-www-form-urlencoded",
          origin: new URL(url).origin,
          "sec-fetch-site": "same-origin",
        },
        body: new URLSearchParams({ ...fields, ...(token === undefined ? {} : { token }) }).toString(),
      }),
    get location() {
      return location;
    },
  };
}
