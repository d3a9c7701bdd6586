import type { Platform } from "@latchkey/platform";

export const graphScope = "https://graph.microsoft.com/.default";

export interface Daemon {
  readonly appId: string;
  readonly secret: string;
  readonly secretId: string;
  readonly servicePrincipalId: string;
}

/** An application with a secret, and consent when permissions are named. */
export function registerDaemon(platform: Platform, permissions: readonly string[] = []): Daemon {
  const { appId, servicePrincipalId } = platform.directory.registerApplication({
    displayName: "Daemon",
    requiredResourceAccess: [{ name: "Microsoft Graph", permissions }],
  });
  const { secretText, keyId } = platform.directory.addPassword(appId);
  if (permissions.length > 0) {
    platform.directory.grantAdminConsent(appId);
  }
  return { appId, secret: secretText, secretId: keyId, servicePrincipalId: servicePrincipalId ?? "" };
}

export type Form = Readonly<Record<string, string>>;

export function tokenForm(daemon: Daemon, changes: Readonly<Record<string, string | undefined>> = {}): Form {
  const form = {
    grant_type: "client_credentials",
    client_id: daemon.appId,
    client_secret: daemon.secret,
    scope: graphScope,
    ...changes,
  };
  return Object.fromEntries(Object.entries(form).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

export interface TokenResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: an answer of the wire, whose shape is what the tests assert
  readonly body: any;
}

export async function postForm(
  platform: Platform,
  path: string,
  form: Form | string,
  headers: Readonly<Record<string, string>> = {},
): Promise<TokenResponse> {
  const response = await platform.fetch(
    new Request(`${platform.url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
      body: typeof form === "string" ? form : new URLSearchParams(form).toString(),
    }),
  );
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: JSON.parse(text) };
}

export function tokenPath(platform: Platform, version: 1 | 2 = 2): string {
  return `/${platform.tenant.id}/oauth2/${version === 2 ? "v2.0/" : ""}token`;
}

export async function getJson(platform: Platform, path: string): Promise<TokenResponse> {
  const response = await platform.fetch(new Request(`${platform.url}${path}`));
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: JSON.parse(text) };
}
