import type { Platform } from "@latchkey/platform";

export interface Visited {
  readonly status: number;
  readonly headers: Headers;
  readonly html: string;
  readonly location: string | null;
}

/** A visitor with a cookie jar for one origin; redirects are looked at, not followed. */
export interface Browser {
  get(path: string): Promise<Visited>;
  post(
    path: string,
    form: Readonly<Record<string, string>> | FormData,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Visited>;
  signIn(path: string, userPrincipalName: string, password: string): Promise<Visited>;
  /** The form token of the page last seen. */
  readonly token: string;
}

export function openBrowser(platform: Platform): Browser {
  const cookies = new Map<string, string>();
  let token = "";

  async function visit(path: string, init: RequestInit = {}): Promise<Visited> {
    const headers = new Headers(init.headers);
    headers.set("cookie", [...cookies].map(([name, value]) => `${name}=${value}`).join("; "));
    const response = await platform.fetch(
      new Request(`${platform.url}${path}`, { ...init, headers, redirect: "manual" }),
    );
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const html = await response.text();
    token = /name="token" value="([^"]+)"/.exec(html)?.[1] ?? token;
    return { status: response.status, headers: response.headers, html, location: response.headers.get("location") };
  }

  const browser: Browser = {
    get: (path) => visit(path),
    post: (path, form, headers = {}) =>
      visit(path, {
        method: "POST",
        headers: {
          ...(form instanceof FormData ? {} : { "content-type": "application/x-www-form-urlencoded" }),
          origin: platform.url,
          "sec-fetch-site": "same-origin",
          ...headers,
        },
        body: form instanceof FormData ? form : new URLSearchParams(form).toString(),
      }),
    signIn: (path, username, password) => browser.post(path, { action: "sign-in", username, password }),
    get token() {
      return token;
    },
  };
  return browser;
}
