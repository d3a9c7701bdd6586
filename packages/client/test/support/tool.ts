import { type ApplicationOptions, PublicClientApplication } from "@latchkey/client";
import { clientId, entra, tenantId } from "./daemon.ts";
import { type ManualClock, manualClock, testStart } from "./manualClock.ts";
import {
  type Responder,
  type ScriptedResponse,
  type ScriptedService,
  scriptedService,
  token,
} from "./scriptedService.ts";

export const userId = "bbbbbbbb-cccc-4ddd-8eee-ffffffffffff";
export const homeAccountId: string = `${userId}.${tenantId}`;

/** A tool that users sign in to, with a scripted token service. */
export interface Tool {
  readonly app: PublicClientApplication;
  readonly service: ScriptedService;
  readonly clock: ManualClock;
}

/** Creates a public client of one Entra tenant; by default every response contains a new token and the user. */
export function makeTool(
  response: Responder = (_, index) => idTokenResponse({}, index + 1),
  options: Partial<ApplicationOptions> = {},
): Tool {
  const service = scriptedService(response);
  const clock = manualClock();
  const app = new PublicClientApplication({
    clientId,
    ...(options.oidcAuthority === undefined ? { authority: entra } : {}),
    fetch: service.fetch,
    clock,
    maxRetries: 0,
    ...options,
  });
  return { app, service, clock };
}

/** An unsigned JWT: TLS vouches for what comes directly from a token endpoint. */
export function jwtOf(claims: object): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "RS256", typ: "JWT" })}.${part(claims)}.c2lnbmF0dXJl`;
}

/** The claims of the user's ID token, with `changes`. */
function idTokenClaims(changes: object = {}): Record<string, unknown> {
  return {
    iss: `${entra}/v2.0`,
    sub: "subject",
    aud: clientId,
    exp: testStart / 1000 + 90 * 86_400,
    iat: testStart / 1000,
    oid: userId,
    tid: tenantId,
    name: "Grace Hopper",
    preferred_username: "grace@contoso.example",
    ...changes,
  };
}

/** Entra's response to a sign-in: tokens, and the user. */
export function idTokenResponse(changes: object = {}, number = 1, more: object = {}): ScriptedResponse {
  return token(number, {
    scope: "User.Read profile openid email",
    id_token: jwtOf(idTokenClaims(changes)),
    refresh_token: `refresh-${number}`,
    client_info: Buffer.from(JSON.stringify({ uid: userId, utid: tenantId })).toString("base64url"),
    ...more,
  });
}
