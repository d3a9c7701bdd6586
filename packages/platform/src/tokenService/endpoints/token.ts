import type { Refusal } from "../../aadsts/aadsts.ts";
import { answerJson, answerRefusal } from "../../aadsts/stsAnswers.ts";
import { type BareExchange, openBareExchange } from "../../http/exchange.ts";
import type { PlainAnswer } from "../../http/plainHttp.ts";
import type { TokenServiceContext } from "../context.ts";
import type { GrantedToken } from "../grants/grant.ts";
import { known, type TokenFacts } from "../grants/grant.ts";
import { tokenBody } from "../tokenBody.ts";
import { tokenChecks } from "../tokenChecks.ts";
import { isOriginOf, shareWithOrigin } from "../tokenOrigins.ts";
import { readBasicCredentials, readForm, type TokenRequest } from "../tokenRequest.ts";
import { findUserFlow, unknownUserFlow } from "../userFlows/userFlow.ts";
import type { PlainEndpoint } from "./endpoint.ts";

export const tokenVersion2: PlainEndpoint = tokenEndpoint(2, "/:tenant/oauth2/v2.0/token");
export const tokenVersion1: PlainEndpoint = tokenEndpoint(1, "/:tenant/oauth2/token");
export const tokenOfUserFlow: PlainEndpoint = tokenEndpoint(2, "/:tenant/:policy/oauth2/v2.0/token");

/** What other methods are told is in `tokenMethods.ts`. */
function tokenEndpoint(version: 1 | 2, path: string): PlainEndpoint {
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
      return answer(context, { version, tenantSegment: tenant, userFlow, form, basic, exchange });
    },
  };
}

async function answer(context: TokenServiceContext, request: TokenRequest): Promise<PlainAnswer> {
  const { exchange } = request;
  const { outcome, facts } = await judge(context, request);
  const shared = (answered: PlainAnswer): PlainAnswer =>
    isReadable(request, outcome, facts) ? shareWithOrigin(exchange.request, answered) : answered;
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
  context: TokenServiceContext,
  request: TokenRequest,
): Promise<{ readonly outcome: Refusal | GrantedToken; readonly facts: TokenFacts }> {
  const facts: TokenFacts = {};
  for (const { run } of tokenChecks) {
    const checked = run(context, request, facts);
    const outcome = checked instanceof Promise ? await checked : checked;
    if (outcome.kind === "refused") {
      return { outcome, facts };
    }
    Object.assign(facts, outcome);
  }
  return { outcome: await known(facts.grant, "grant").handle(context, request, facts), facts };
}

function record(
  context: TokenServiceContext,
  exchange: BareExchange,
  status: number,
  outcome: Refusal | GrantedToken,
  facts: TokenFacts,
): void {
  context.events.record({
    type: "token",
    method: exchange.request.method,
    path: exchange.path,
    status,
    why: outcome.kind === "refused" ? `AADSTS${outcome.code}: ${outcome.why}` : outcome.why,
    aadsts: outcome.kind === "refused" ? outcome.code : undefined,
    grantType: facts.grant?.grantType,
    clientId: facts.clientId,
    tenantId: facts.tenant?.id,
    userId: outcome.kind === "granted" ? outcome.user?.id : undefined,
    resource: outcome.kind === "granted" ? outcome.resource : undefined,
    permissions: outcome.kind === "granted" ? outcome.permissions : undefined,
    payload: outcome.kind === "granted" ? outcome.accessToken.split(".", 2)[1] : undefined,
    correlationId: exchange.correlationId,
  });
}
