import type { Platform } from "@latchkey/platform";

interface Person {
  readonly userPrincipalName: string;
  readonly password: string;
}

/** Goes through the platform's sign-in page as a user, and returns the address to which the browser is redirected. */
export async function signInAs(platform: Platform, url: string, person: Person): Promise<URL> {
  const { answer: response, at } = await signIn(platform, url, person);
  const location = response.headers.get("location");
  if (location === null) {
    throw new Error(`The page shows ${response.status} and does not redirect: ${at}`);
  }
  return new URL(location, at);
}

/** As {@link signInAs}, but posts the form on the last page, as a browser does; returns the next page. */
export async function postBackAs(platform: Platform, url: string, person: Person): Promise<string> {
  const { answer: response } = await signIn(platform, url, person);
  const html = await response.text();
  const action = /<form method="post" action="(http:[^"]+)"/.exec(html)?.[1];
  if (action === undefined) {
    throw new Error(`The page has no form that returns to the application: ${html}`);
  }
  const fields = [...html.matchAll(/name="([^"]+)" value="([^"]*)"/g)].map(([, name = "", value = ""]) => [
    name,
    value,
  ]);
  const page = await fetch(action, { method: "POST", body: new URLSearchParams(fields) });
  return page.text();
}

/** The first response after the user's name and password that does not lead to another page on the same host. */
async function signIn(platform: Platform, url: string, person: Person): Promise<{ answer: Response; at: string }> {
  const body = new URLSearchParams({
    action: "sign-in",
    username: person.userPrincipalName,
    password: person.password,
  });
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  let response = await platform.fetch(new Request(url, { method: "POST", headers, body: body.toString() }));
  let at = url;
  for (;;) {
    const target = new URL(response.headers.get("location") ?? "about:blank", at);
    if (target.origin !== new URL(url).origin) {
      return { answer: response, at };
    }
    const cookie = response.headers
      .getSetCookie()
      .map((line) => line.split(";")[0])
      .join("; ");
    at = target.href;
    response = await platform.fetch(new Request(at, { headers: { cookie } }));
  }
}
