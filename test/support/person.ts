/** A user with a browser without scripts, who fills in forms and presses their first button. */
export interface Person {
  /** Opens an address and continues to the first page without a form. */
  visit(address: string | URL): Promise<Visited>;
}

/** The page where a visit ended. */
export interface Visited {
  readonly url: URL;
  readonly text: string;
}

export interface PersonOptions {
  readonly username: string;
  readonly password: string;
  /** Presses Cancel on pages that have it. */
  readonly declines?: boolean;
  /** By default the global one, which must reach the platform and trust it. */
  readonly fetch?: (request: Request) => Promise<Response>;
}

/** A sign-in has fewer steps; more are a loop. */
const mostSteps = 20;

export function person({ username, password, declines = false, fetch: send = fetch }: PersonOptions): Person {
  const cookies = new Map<string, Map<string, string>>();
  const responses: Readonly<Record<string, string>> = { username, password };

  async function request(url: URL, init: RequestInit = {}): Promise<Response> {
    // Browsers send cookies to every port of a host.
    const jar = cookies.get(url.hostname) ?? new Map<string, string>();
    cookies.set(url.hostname, jar);
    const headers = new Headers(init.headers);
    headers.set("cookie", [...jar].map(([name, value]) => `${name}=${value}`).join("; "));
    const response = await send(new Request(url, { ...init, headers, redirect: "manual" }));
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      jar.set(name, value);
    }
    return response;
  }

  function submit(page: URL, { action, fields }: Form): Promise<Response> {
    const target = new URL(action, page);
    const sameOrigin = target.origin === page.origin;
    const headers = {
      "content-type": "application/x-www-form-urlencoded",
      origin: page.origin,
      "sec-fetch-site": sameOrigin ? "same-origin" : "cross-site",
    };
    const body = new URLSearchParams(fields.map(([name, value]) => [name, responses[name] ?? value])).toString();
    return request(target, { method: "POST", headers, body });
  }

  return {
    async visit(address) {
      let url = new URL(address);
      let response = await request(url);
      for (let step = 0; step < mostSteps; step++) {
        const location = response.headers.get("location");
        if (location !== null) {
          await response.body?.cancel();
          url = new URL(location, url);
          response = await request(url);
          continue;
        }
        const text = await response.text();
        const form = response.ok ? firstForm(text, declines) : undefined;
        if (form === undefined) {
          return { url, text };
        }
        response = await submit(url, form);
        url = new URL(form.action, url);
      }
      throw new Error(`${address} has no next page: after ${mostSteps} steps still at ${url.origin}${url.pathname}`);
    },
  };
}

interface Form {
  readonly action: string;
  readonly fields: readonly (readonly [string, string])[];
}

/** Returns the page's first form, with the pressed button. */
function firstForm(html: string, declines: boolean): Form | undefined {
  const [, tag = "", content = ""] = /<form\b([^>]*)>(.*?)<\/form>/s.exec(html) ?? [];
  if (tag === "") {
    return undefined;
  }
  const controls = [...content.matchAll(/<(input|button)\b([^>]*)>/g)].map(([, kind, text = ""]) => ({
    kind,
    name: attribute(text, "name"),
    value: attribute(text, "value") ?? "",
    type: attribute(text, "type"),
  }));
  const buttons = controls.filter(({ kind }) => kind === "button");
  const button = (declines ? buttons.find(({ value }) => value === "decline") : undefined) ?? buttons[0];
  const pressed = controls.filter((control) =>
    control.kind === "button" ? control === button : control.type !== "checkbox",
  );
  const fields = pressed.flatMap(({ name, value }) => (name === undefined ? [] : [[name, value] as const]));
  return { action: attribute(tag, "action") ?? "", fields };
}

function attribute(tag: string, name: string): string | undefined {
  const value = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
  return value?.replace(/&(amp|lt|gt|quot|#39);/g, (entity) => entities[entity] ?? entity);
}

const entities: Readonly<Record<string, string>> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#39;": "'",
};
