import type { Platform } from "@latchkey/platform";

/** Goes through the platform's sign-in page as a person, up to where it sends the browser back to. */
export async function signInAs(
  platform: Platform,
  url: string,
  person: { readonly userPrincipalName: string; readonly password: string },
): Promise<URL> {
  const body = new URLSearchParams({
    action: "sign-in",
    username: person.userPrincipalName,
    password: person.password,
  });
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  let answer = await platform.fetch(new Request(url, { method: "POST", headers, body: body.toString() }));
  let at = url;
  for (;;) {
    const location = answer.headers.get("location");
    if (location === null) throw new Error(`The page shows ${answer.status} and leads nowhere: ${at}`);
    const target = new URL(location, at);
    if (target.origin !== platform.url) return target;
    const cookie = answer.headers
      .getSetCookie()
      .map((line) => line.split(";")[0])
      .join("; ");
    at = target.href;
    answer = await platform.fetch(new Request(at, { headers: { cookie } }));
  }
}
