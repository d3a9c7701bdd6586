import { applyFault } from "../../control/injectedFaults/applyFault.ts";
import { faultRefusal } from "../../control/injectedFaults/faultRefusal.ts";
import type { ActiveFault } from "../../control/injectedFaults/faultRule.ts";
import type { RequestFacts } from "../../control/injectedFaults/requestFacts.ts";
import { cloudShellAppId } from "../../directory/wellKnown.ts";
import { openExchange } from "../../http/exchange.ts";
import { answerIdentityRequest } from "./answerIdentityRequest.ts";
import { chooseIdentity } from "./chooseIdentity.ts";
import type { IdentityEndpoint, IdentityRequest } from "./identityEndpoint.ts";
import type { IdentityAnswer } from "./sources/source.ts";
import { toResponse } from "./toResponse.ts";

/** The answer of a managed identity endpoint, unless a rule lets it go wrong. */
export async function answerOrFail(endpoint: IdentityEndpoint, request: IdentityRequest): Promise<Response> {
  const { context, controls, source } = endpoint;
  const answer = async () => toResponse(source, await answerIdentityRequest(endpoint, request));
  if (controls.faults.isEmpty) {
    return answer();
  }
  const facts = factsOf(endpoint, request);
  const fault = controls.faults.take(facts);
  return fault === undefined
    ? answer()
    : applyFault(context, controls, fault, facts, {
        answer,
        fail: (why) => toResponse(source, errorAnswer(endpoint, request, facts, fault, why)),
        cut: request.cut,
      });
}

/** `clientId` is that of the token which the request would get. */
function factsOf(endpoint: IdentityEndpoint, { method, url, parameters }: IdentityRequest): RequestFacts {
  const { context, tenant, source, host } = endpoint;
  const choice = source.isOfUser ? undefined : chooseIdentity(context, tenant, source, host, parameters);
  const ofIdentity = choice?.kind === "identity" ? choice.identity.appId : undefined;
  return {
    method,
    path: url.pathname,
    endpoint: "managedIdentity",
    clientId: source.isOfUser ? cloudShellAppId : ofIdentity,
    tenantId: tenant.id,
    grantType: undefined,
    form: new Map(parameters),
  };
}

/** An error of the host's own, or of the token service as the host passes it on. */
function errorAnswer(
  { context, source, host }: IdentityEndpoint,
  { method, url, headers }: IdentityRequest,
  facts: RequestFacts,
  fault: ActiveFault,
  why: string,
): IdentityAnswer {
  if (fault.aadsts === undefined) {
    return source.refuse(context, { kind: "unavailable", status: fault.status ?? 500 }, host);
  }
  const exchange = openExchange(context, new Request(url, { method, headers }), facts.form);
  const { refusal } = faultRefusal(context, exchange, facts, fault, why);
  const answer = source.refuse(context, { kind: "tokenRefused", refusal }, host);
  return { ...answer, status: fault.status ?? answer.status };
}
