import type { Platform, User } from "@latchkey/platform";
import { type Browser, openBrowser, type Visited } from "./browser.ts";
import { postForm, type TokenResponse, tokenPath } from "./daemon.ts";

export const password = "Right-1-right";
export const verifier = "a-code-verifier-of-at-least-forty-three-characters";
/** Base64url SHA-256 of the verifier, made with openssl. */
export const challenge = "bLRYBPalK1NsU4_TD3JrHRmfVjgoduNjiXgeScRbcr8";

export type Changes = Readonly<Record<string, string | undefined>>;

let count = 0;

/** A user with a password; the name is another one each time. */
export function addUser(platform: Platform, properties: Readonly<Record<string, string>> = {}): User {
  count++;
  const userPrincipalName = `person${count}@${platform.tenant.domain}`;
  return platform.directory.createUser({
    userPrincipalName,
    displayName: `Person ${count}`,
    givenName: "Person",
    surname: String(count),
    mail: userPrincipalName,
    password,
    ...properties,
  });
}

export interface WebApp {
  readonly appId: string;
  readonly secret: string;
  readonly redirectUri: string;
}

export const redirectUri = "https://app.example/signed-in";

/** A web application with a secret that may read the user's profile; consent is given unless told otherwise. */
export function addWebApp(
  platform: Platform,
  options: Partial<Parameters<Platform["directory"]["registerApplication"]>[0]> & { consent?: boolean } = {},
): WebApp {
  const { consent = true, ...registration } = options;
  const { appId } = platform.directory.registerApplication({
    displayName: "Shop",
    redirectUris: [redirectUri],
    requiredResourceAccess: [{ name: "Microsoft Graph", delegatedPermissions: ["User.Read"] }],
    ...registration,
  });
  const { secretText } = platform.directory.addPassword(appId);
  if (consent) {
    platform.directory.grantAdminConsent(appId);
  }
  return { appId, secret: secretText, redirectUri };
}

function given(form: Changes): Record<string, string> {
  return Object.fromEntries(Object.entries(form).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** Path and query of an authorization request for a code. */
export function authorizePath(
  platform: Platform,
  app: { appId: string },
  changes: Changes = {},
  version: 1 | 2 = 2,
): string {
  const { tenant = platform.tenant.id, ...parameters } = changes;
  const query = new URLSearchParams(
    given({
      client_id: app.appId,
      response_type: "code",
      redirect_uri: redirectUri,
      scope: version === 2 ? "openid profile offline_access User.Read" : undefined,
      state: "s 1",
      ...parameters,
    }),
  );
  return `/${tenant}/oauth2/${version === 2 ? "v2.0/" : ""}authorize?${query}`;
}

/** Signs in with the password and follows the platform's own redirects up to a page or the application. */
export async function signIn(browser: Browser, path: string, user: { userPrincipalName: string }): Promise<Visited> {
  return follow(browser, await browser.signIn(path, user.userPrincipalName, password));
}

export async function follow(browser: Browser, visited: Visited): Promise<Visited> {
  const { location } = visited;
  return location?.startsWith("/") ? follow(browser, await browser.get(location)) : visited;
}

/** The parameters of an answer by query or fragment. */
export function answerOf({ location }: Visited): Record<string, string> {
  const url = new URL(location ?? "missing:");
  const text = url.hash === "" ? url.search.slice(1) : url.hash.slice(1);
  return Object.fromEntries(new URLSearchParams(text));
}

/** A code for the user, from a browser of its own. */
export async function codeFor(
  platform: Platform,
  app: { appId: string },
  user: { userPrincipalName: string },
  changes: Changes = {},
  version: 1 | 2 = 2,
): Promise<string> {
  const browser = openBrowser(platform);
  const visited = await signIn(browser, authorizePath(platform, app, changes, version), user);
  const { code, error_description: problem } = visited.location === null ? {} : answerOf(visited);
  if (code === undefined) {
    throw new Error(`No code: ${problem ?? visited.html}`);
  }
  return code;
}

export function redeem(
  platform: Platform,
  app: WebApp,
  changes: Changes,
  { headers, version = 2, tenant }: { headers?: Record<string, string>; version?: 1 | 2; tenant?: string } = {},
): Promise<TokenResponse> {
  const form = given({
    grant_type: changes["refresh_token"] === undefined ? "authorization_code" : "refresh_token",
    client_id: app.appId,
    client_secret: app.secret,
    redirect_uri: changes["refresh_token"] === undefined ? app.redirectUri : undefined,
    ...changes,
  });
  return postForm(
    platform,
    tokenPath(platform, version).replace(platform.tenant.id, tenant ?? platform.tenant.id),
    form,
    headers,
  );
}
