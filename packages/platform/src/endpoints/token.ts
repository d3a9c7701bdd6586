import { type Refusal, refuse } from "../aadsts.ts";
import { type Exchange, openExchange } from "../exchange.ts";
import type { GrantedToken } from "../grants/grant.ts";
import type { PlatformContext } from "../platformContext.ts";
import { errorPage } from "../portal/errorPage.ts";
import { answerJson, answerRefusal } from "../stsAnswers.ts";
import { tokenBody } from "../tokenBody.ts";
import { tokenChecks } from "../tokenChecks.ts";
import { known, type TokenFacts } from "../tokenFacts.ts";
import { isOriginOf, isSinglePageOrigin, shareWithOrigin } from "../tokenOrigins.ts";
import { readBasicCredentials, readForm, type TokenRequest } from "../tokenRequest.ts";
import { findUserFlow, unknownUserFlow } from "../userFlows/userFlow.ts";
import type { Endpoint } from "./endpoint.ts";

export const tokenVersion2: Endpoint = tokenEndpoint(2, "/:tenant/oauth2/v2.0/token");
export const tokenVersion1: Endpoint = tokenEndpoint(1, "/:tenant/oauth2/token");
export const tokenOfUserFlow: Endpoint = tokenEndpoint(2, "/:tenant/:policy/oauth2/v2.0/token");

function tokenEndpoint(version: 1 | 2, path: string): Endpoint {
  return {
    method: "ALL",
    path,
    async handle(context, request, { tenant = "", policy }) {
      const userFlow = policy === undefined ? undefined : findUserFlow(context, tenant, policy)?.name;
      if (policy !== undefined && userFlow === undefined) {
        return unknownUserFlow();
      }
      if (request.method === "OPTIONS") {
        const response = new Response(null, { status: 204, headers: { Allow: "POST, OPTIONS" } });
        return isSinglePageOrigin(context, request) ? shareWithOrigin(request, response) : response;
      }
      if (request.method !== "POST") {
        const exchange = openExchange(context, request);
        const refusal = refuse("900561", { method: request.method }, "the token endpoint takes POST with a form body");
        record(context, exchange, refusal.status, refusal, {});
        // Entra: somebody who opens the address in a browser sees a page.
        return request.headers.get("accept")?.includes("text/html")
          ? errorPage(context, exchange, refusal)
          : answerRefusal(context, exchange, refusal);
      }
      const form = await readForm(request);
      const exchange = openExchange(context, request, form);
      const basic = readBasicCredentials(request);
      return answer(context, { version, tenantSegment: tenant, userFlow, form, basic, exchange });
    },
  };
}

async function answer(context: PlatformContext, request: TokenRequest): Promise<Response> {
  const { exchange } = request;
  const { outcome, facts } = await judge(context, request);
  const shared = (response: Response): Response =>
    isReadable(request, outcome, facts) ? shareWithOrigin(exchange.request, response) : response;
  if (outcome.kind === "refused") {
    record(context, exchange, outcome.status, outcome, facts);
    return shared(answerRefusal(context, exchange, outcome));
  }
  record(context, exchange, 200, outcome, facts);
  return shared(answerJson(context, exchange, 200, tokenBody(request.version, outcome)));
}

/**
 * Whether a browser's script may read the answer: only that of a single-page application, since a missing header is what
 * others' developers see. Entra: of another application it may read that its code is refused for being none, as MSAL
 * Browser reports; of other grants it is not told even this.
 */
function isReadable(
  { exchange }: TokenRequest,
  outcome: Refusal | GrantedToken,
  { application, demand, grant }: TokenFacts,
): boolean {
  // A code or token that is unknown does not tell the platform: a page has to learn of that, or it would ask for ever.
  if (demand?.credential === "optional") {
    return isOriginOf(known(application, "application"), exchange.request);
  }
  const isCrossOrigin = outcome.kind === "refused" && outcome.code === 9002326;
  return demand?.platform === "spa" || (isCrossOrigin && grant?.isInBrowsers === true);
}

async function judge(
  context: PlatformContext,
  request: TokenRequest,
): Promise<{ readonly outcome: Refusal | GrantedToken; readonly facts: TokenFacts }> {
  let facts: TokenFacts = {};
  for (const { run } of tokenChecks) {
    const outcome = await run(context, request, facts);
    if (outcome.kind === "refused") {
      return { outcome, facts };
    }
    facts = { ...facts, ...outcome };
  }
  return { outcome: await known(facts.grant, "grant").handle(context, request, facts), facts };
}

function record(
  context: PlatformContext,
  exchange: Exchange,
  status: number,
  outcome: Refusal | GrantedToken,
  facts: TokenFacts,
): void {
  context.events.record({
    type: "token",
    method: exchange.request.method,
    path: exchange.url.pathname,
    status,
    why: outcome.kind === "refused" ? `AADSTS${outcome.code}: ${outcome.why}` : outcome.why,
    aadsts: outcome.kind === "refused" ? outcome.code : undefined,
    grantType: facts.grant?.grantType,
    clientId: facts.clientId,
    tenantId: facts.tenant?.id,
    userId: outcome.kind === "granted" ? outcome.user?.id : undefined,
    resource: outcome.kind === "granted" ? outcome.resource : undefined,
    permissions: outcome.kind === "granted" ? outcome.permissions : undefined,
    correlationId: exchange.correlationId,
  });
}
