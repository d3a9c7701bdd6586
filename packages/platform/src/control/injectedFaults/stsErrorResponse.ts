import { refusalOf } from "../../aadsts/aadsts.ts";
import { answerJson, errorBody, shareWithAll } from "../../aadsts/stsErrors.ts";
import { type Exchange, openExchange } from "../../http/exchange.ts";
import type { PlainRequest, PlainResponse } from "../../http/plainHttp.ts";
import { asWritten, firstName } from "../../http/router.ts";
import { errorPage } from "../../signIn/page/errorPage.ts";
import { readRecipient } from "../../tokenService/authorize/authorizationRequest.ts";
import {
  type ResponseTarget,
  refusalParameters,
  sendAuthorizeResponse,
} from "../../tokenService/authorize/authorizeResponse.ts";
import type { ControlContext } from "../context.ts";
import { faultRefusal } from "./faultRefusal.ts";
import type { ActiveFault } from "./faultRule.ts";
import type { RequestFacts } from "./requestFacts.ts";

const metadata = new Set(["discovery", "instanceDiscovery", "keys"]);
const pages = new Set(["authorize", "logout", "adminConsent"]);

/** @see RFC 6749 section 4.1.2.1, OpenID Connect Core 1.0 section 3.1.2.6 */
const redirectableErrors = new Set([
  ...["invalid_request", "unauthorized_client", "access_denied", "unsupported_response_type", "invalid_scope"],
  ...["server_error", "temporarily_unavailable", "interaction_required", "login_required", "consent_required"],
]);
/** The user sees these in the browser; the application never receives them. */
const pageOnlyCodes = new Set([
  ...[50011, 50059, 50105, 50194, 70001, 90002, 90019, 90072, 90093, 90094, 90095, 90099, 90102, 90124, 90130],
  ...[500207, 500208, 700011, 700016, 900023, 900971, 7000112, 9002332],
]);

/** An error in the token service's format: JSON, a page in a browser, or a response sent to the application. */
export async function stsErrorResponse(
  context: ControlContext,
  request: PlainRequest,
  facts: RequestFacts,
  fault: ActiveFault,
  why: string,
): Promise<PlainResponse> {
  const exchange = openExchange(context, request, facts.form);
  const { refusal, status } = faultRefusal(context, exchange, facts, fault, why);
  const isForApplication = fault.status === undefined && redirectableErrors.has(refusal.error);
  const target =
    isForApplication && !pageOnlyCodes.has(refusal.code) ? responseTargetOf(context, exchange, facts) : undefined;
  if (target !== undefined) {
    return sendAuthorizeResponse(context, target, refusalParameters(context, exchange, refusal, target.state));
  }
  if (pages.has(facts.endpoint ?? "") || request.headers.get("accept")?.includes("text/html")) {
    return { ...(await errorPage(context, exchange, refusal)), status };
  }
  const response = answerJson(context, exchange, status, errorBody(context, exchange, refusal), refusal.code);
  return metadata.has(facts.endpoint ?? "") ? shareWithAll(response) : response;
}

/** Where the response to an authorization request goes, if its redirect URI is registered. */
function responseTargetOf(
  context: ControlContext,
  { url }: Exchange,
  { endpoint, form }: RequestFacts,
): ResponseTarget | undefined {
  if (endpoint !== "authorize") {
    return undefined;
  }
  const segment = firstName(url.pathname, asWritten);
  try {
    return readRecipient(context, segment, new URLSearchParams([...url.searchParams, ...form])).responseTarget;
  } catch (error) {
    refusalOf(error);
    return undefined;
  }
}
