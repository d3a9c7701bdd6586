import { type Account, type ApplicationOptions, PublicClientApplication } from "@latchkey/client";
import { clientId, entra, tenantId } from "./daemon.ts";
import { type ManualClock, manualClock, testStart } from "./manualClock.ts";
import { type ScriptedResponse, type ScriptedService, scriptedService } from "./scriptedService.ts";
import { jwtOf } from "./tool.ts";

/** The kind of an issuer, and the form of its responses. */
export interface UserIssuer {
  readonly kind: "entra" | "b2c" | "externalId" | "generic";
  readonly options: Partial<ApplicationOptions>;
  readonly iss: string;
}

export const issuers: readonly UserIssuer[] = [
  { kind: "entra", options: { authority: entra }, iss: `${entra}/v2.0` },
  {
    kind: "b2c",
    options: { authority: "https://contoso.b2clogin.com/contoso.onmicrosoft.com/B2C_1A_SignIn" },
    iss: `https://contoso.b2clogin.com/${tenantId}/v2.0/`,
  },
  {
    kind: "externalId",
    options: { authority: "https://contoso.ciamlogin.com" },
    iss: `https://${tenantId}.ciamlogin.com/${tenantId}/v2.0`,
  },
  { kind: "generic", options: { oidcAuthority: "https://id.example.test" }, iss: "https://id.example.test" },
];

export function issuerOf(kind: UserIssuer["kind"]): UserIssuer {
  return issuers.find((issuer) => issuer.kind === kind) as UserIssuer;
}

/** What a response contains about a user, besides the tokens. */
export interface ReportedUser {
  /** Changes to the ID token's claims; `null` for a response without an ID token. */
  readonly claims?: object | null;
  /** The content of `client_info`; `null` for a response without it. */
  readonly clientInfo?: object | null;
}

/**
 * An issuer where users sign in by name, and which does not rotate tokens: a refresh token is its owner's name and a
 * number.
 */
export interface UserService {
  readonly app: PublicClientApplication;
  readonly service: ScriptedService;
  readonly clock: ManualClock;
  /** Whether the request is a refresh, not a sign-in. */
  isRefresh(): boolean;
  /** Signs a user in: the refresh token names the user. */
  signIn(name: string, scopes?: readonly string[]): Promise<Account>;
}

/** Creates an application of an issuer whose responses contain what `describeUser` returns for each user and request. */
export function userService(
  issuer: UserIssuer,
  describeUser: (name: string, request: number) => ReportedUser,
  options: Partial<ApplicationOptions> = {},
): UserService {
  const clock = manualClock();
  let count = 0;
  let isRefresh = false;
  const service = scriptedService(({ method, url, form }) => {
    if (method === "GET") {
      return { body: { issuer: issuer.iss, token_endpoint: `${url.origin}/token`, scopes_supported: ["openid"] } };
    }
    const [name = "", from] = (form.get("refresh_token") ?? "").split("#");
    isRefresh = from !== "taken over";
    return answerOf(issuer, name, ++count, describeUser(name, count), clock.now());
  });
  const app = new PublicClientApplication({
    clientId,
    fetch: service.fetch,
    clock,
    maxRetries: 0,
    ...issuer.options,
    ...options,
  });
  return {
    app,
    service,
    clock,
    isRefresh: () => isRefresh,
    async signIn(name, scopes = ["read"]) {
      const { account } = await app.acquireTokenByRefreshToken({ refreshToken: `${name}#taken over`, scopes });
      return account as Account;
    },
  };
}

function answerOf(
  { kind, iss }: UserIssuer,
  name: string,
  number: number,
  said: ReportedUser,
  nowMs: number,
): ScriptedResponse {
  const { claims = {}, clientInfo = { uid: name, utid: tenantId } } = said;
  const exp = Math.max(nowMs, testStart) / 1_000 + 86_400;
  return {
    body: {
      token_type: "Bearer",
      expires_in: 3_599,
      access_token: `at-${name}-${number}`,
      refresh_token: `${name}#${number}`,
      ...(claims === null
        ? {}
        : {
            id_token: jwtOf({
              iss,
              sub: `sub-${name}`,
              aud: clientId,
              exp,
              ...(kind === "generic" ? {} : { oid: `oid-${name}`, tid: tenantId }),
              preferred_username: `${name}@contoso.example`,
              ...claims,
            }),
          }),
      ...(clientInfo === null || kind === "generic"
        ? {}
        : { client_info: Buffer.from(JSON.stringify(clientInfo)).toString("base64url") }),
    },
  };
}
