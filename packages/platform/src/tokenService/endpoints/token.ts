import { type Refusal, refusalOf } from "../../aadsts/aadsts.ts";
import { answerJson, answerRefusal } from "../../aadsts/stsErrors.ts";
import type { NewEvent } from "../../core/events.ts";
import { type BareExchange, openBareExchange } from "../../http/exchange.ts";
import type { PlainResponse } from "../../http/plainHttp.ts";
import { admit, type Progress } from "../admit.ts";
import type { TokenServiceContext } from "../context.ts";
import type { Grant, GrantedToken } from "../grants/grant.ts";
import { isOriginOf, shareWithOrigin } from "../tokenOrigins.ts";
import { readBasicCredentials, readForm, type TokenRequest, tokenPaths } from "../tokenRequest.ts";
import { findUserFlow, unknownUserFlow } from "../userFlows/userFlow.ts";
import type { Endpoint } from "./endpoint.ts";

/** The token endpoints of all versions. `tokenMethods.ts` answers methods other than POST. */
export function tokenEndpoints(grants: readonly Grant[]): readonly Endpoint[] {
  return [
    tokenEndpoint(grants, 2, tokenPaths.version2),
    tokenEndpoint(grants, 1, tokenPaths.version1),
    tokenEndpoint(grants, 2, tokenPaths.userFlow),
  ];
}

function tokenEndpoint(grants: readonly Grant[], version: 1 | 2, path: string): Endpoint {
  return {
    method: "POST",
    path,
    async handle(context, request, { tenant = "", policy }) {
      const userFlow = policy === undefined ? undefined : findUserFlow(context, tenant, policy)?.name;
      if (policy !== undefined && userFlow === undefined) {
        return unknownUserFlow();
      }
      const form = await readForm(request);
      const exchange = openBareExchange(context, request, form);
      const basic = readBasicCredentials(request);
      return respond(context, grants, { version, tenantSegment: tenant, userFlow, form, basic, exchange });
    },
  };
}

async function respond(
  context: TokenServiceContext,
  grants: readonly Grant[],
  request: TokenRequest,
): Promise<PlainResponse> {
  const { exchange } = request;
  const progress: Progress = {};
  try {
    const admitted = await admit(context, grants, request, progress);
    const granted = await admitted.grant.handle(context, request, admitted);
    const { user, accessToken, resource, permissions, why } = granted;
    const payload = accessToken.split(".", 2)[1];
    record(context, exchange, progress, { status: 200, why, userId: user?.id, resource, permissions, payload });
    const body = answerJson(context, exchange, 200, tokenBody(request.version, granted));
    return isReadable(request, progress) ? shareWithOrigin(exchange.request, body) : body;
  } catch (error) {
    const refusal = refusalOf(error);
    const { status, code: aadsts, why } = refusal;
    record(context, exchange, progress, { status, why: `AADSTS${aadsts}: ${why}`, aadsts });
    const body = answerRefusal(context, exchange, refusal);
    return isReadable(request, progress, refusal) ? shareWithOrigin(exchange.request, body) : body;
  }
}

/**
 * Whether a browser script may read the response. Only a single-page application's may: the missing header is how
 * developers of others notice. Entra: the script of another application can read that its code is refused because it is
 * not one, as MSAL Browser reports; for other grants it cannot even read that.
 */
function isReadable(
  { exchange }: TokenRequest,
  { application, credentialRule, grant }: Progress,
  refusal?: Refusal,
): boolean {
  // An unknown code or token does not determine the platform. The page must see the refusal, or it would retry
  // forever.
  if (credentialRule?.credential === "optional" && application !== undefined) {
    return isOriginOf(application, exchange.request);
  }
  return credentialRule?.platform === "spa" || (refusal?.code === 9002326 && grant?.isInBrowsers === true);
}

function record(
  context: TokenServiceContext,
  exchange: BareExchange,
  { grant, clientId, tenant }: Progress,
  outcome: Omit<NewEvent, "type" | "method" | "path">,
): void {
  context.events.record({
    type: "token",
    method: exchange.request.method,
    path: exchange.path,
    grantType: grant?.grantType,
    clientId,
    tenantId: tenant?.id,
    correlationId: exchange.correlationId,
    ...outcome,
  });
}

/**
 * The body of a token response, with the members in the order of the real service. Entra: version 1 writes every number
 * as text; an application without a user gets no `scope` and no refresh token.
 */
function tokenBody(version: 1 | 2, granted: GrantedToken): object {
  const { user, expiresInSeconds, refreshInSeconds } = granted;
  const number = (value: number | undefined): number | string | undefined =>
    version === 1 && value !== undefined ? String(value) : value;
  return {
    token_type: "Bearer",
    scope: user?.scope,
    expires_in: number(expiresInSeconds),
    ext_expires_in: number(expiresInSeconds),
    refresh_in: number(refreshInSeconds),
    expires_on: version === 1 ? String(granted.expiresSeconds) : undefined,
    not_before: version === 1 ? String(granted.notBeforeSeconds) : undefined,
    resource: version === 1 ? granted.resource : undefined,
    access_token: granted.accessToken,
    refresh_token: user?.refreshToken,
    refresh_token_expires_in: number(user?.refreshExpiresInSeconds),
    foci: user?.isFamily === true ? "1" : undefined,
    id_token: user?.idToken,
    client_info: user?.clientInfo,
  };
}
