import type { Refusal } from "../aadsts.ts";
import { findServicePrincipalByAppId } from "../directory/servicePrincipals.ts";
import { openExchange } from "../exchange.ts";
import { answerIds, toResponse } from "../graph/responses.ts";
import { responseOf } from "../plainHttp.ts";
import type { PlatformContext } from "../platformContext.ts";
import { errorPage } from "../portal/errorPage.ts";
import { answerJson, errorBody, shareWithAll } from "../stsAnswers.ts";
import { faultRow } from "./aadstsRows.ts";
import type { ActiveFault } from "./faultRule.ts";
import type { RequestFacts } from "./requestFacts.ts";

/** The rows for a rule that gives a status alone. */
const rowOfStatus: Readonly<Record<number, number>> = { 400: 90013, 429: 90055, 503: 90033 };
const serverError = 50000;

const metadata = new Set(["discovery", "instanceDiscovery", "keys"]);
const pages = new Set(["authorize", "logout", "adminConsent"]);

/** An error as the token service writes it: JSON, or a page for somebody with a browser. */
export async function stsErrorAnswer(
  context: PlatformContext,
  request: Request,
  facts: RequestFacts,
  fault: ActiveFault,
  why: string,
): Promise<Response> {
  const { code, row } = faultRow(fault.aadsts ?? rowOfStatus[fault.status ?? 0] ?? serverError);
  const status = fault.status ?? row.status;
  const text = row.text.replace(/\{(\w+)\}/g, (_, slot: string) => slotValue(context, facts, slot));
  const { error, hasErrorUri } = row;
  // The row's status is not one of the table's: the answer below is given its own.
  const refusal: Refusal = { kind: "refused", code, error, status: 500, text, hasErrorUri, why };
  const exchange = openExchange(context, request, facts.form);
  if (pages.has(facts.endpoint ?? "") || request.headers.get("accept")?.includes("text/html")) {
    const page = await errorPage(context, exchange, refusal);
    return new Response(page.body, { status, headers: page.headers });
  }
  const [suberror, claims] = [fault.suberror ?? row.suberror, fault.claims ?? row.claims];
  const body = {
    ...errorBody(context, exchange, refusal),
    ...(suberror === undefined ? {} : { suberror }),
    ...(claims === undefined ? {} : { claims }),
  };
  const answer = answerJson(context, exchange, status, body, code);
  return responseOf(metadata.has(facts.endpoint ?? "") ? shareWithAll(answer) : answer);
}

/** What the slots of an error text are filled with, as far as the request says it. Never a secret field. */
function slotValue(context: PlatformContext, facts: RequestFacts, slot: string): string {
  switch (slot) {
    case "appId":
      return facts.clientId ?? "";
    case "appName":
      return (
        findServicePrincipalByAppId(context.directory, facts.tenantId ?? "", facts.clientId ?? "")?.displayName ?? ""
      );
    case "tenant":
      return facts.tenantId ?? "";
    case "resource":
      return facts.form.get("resource") ?? (facts.form.get("scope") ?? "").replace(/\/\.default$/, "");
    case "scope":
    case "scopes":
      return facts.form.get("scope") ?? "";
    case "uri":
      return facts.form.get("redirect_uri") ?? "";
    case "user":
      return facts.form.get("username") ?? "";
    case "grantType":
      return facts.grantType ?? "";
    case "method":
      return facts.method;
    default:
      return "";
  }
}

interface GraphRow {
  readonly code: string;
  readonly message: string;
}

/** @see https://learn.microsoft.com/graph/errors */
const graphRows: Readonly<Record<number, GraphRow>> = {
  401: { code: "InvalidAuthenticationToken", message: "Lifetime validation failed, the token is expired." },
  403: { code: "Authorization_RequestDenied", message: "Insufficient privileges to complete the operation." },
  404: { code: "Request_ResourceNotFound", message: "Resource does not exist." },
  429: { code: "TooManyRequests", message: "Too many requests. Please try again later." },
  500: { code: "InternalServerError", message: "An internal server error occurred." },
  502: { code: "BadGateway", message: "The gateway received an invalid response." },
  503: { code: "ServiceUnavailable", message: "The service is temporarily unavailable. Please try again later." },
  504: { code: "GatewayTimeout", message: "The service did not answer in time." },
};

const claimsMessage =
  "Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenCreatedWithOutdatedPolicies";

/** An error as Graph and its kin write it. */
export function graphErrorAnswer(
  context: PlatformContext,
  request: Request,
  facts: RequestFacts,
  fault: ActiveFault,
  why: string,
): Response {
  const status = fault.status ?? 500;
  const row = graphRows[status] ?? { code: "UnknownError", message: "The request failed." };
  const message = fault.claims === undefined ? row.message : claimsMessage;
  // Graph's own header sets: one for 401 and one for other errors.
  const shape = status === 401 ? 401 : 500;
  const shaped = toResponse(
    { kind: "fault", status: shape, code: row.code, message, details: [], why },
    answerIds(context, request),
    1,
    context.url,
  );
  const { headers } = shaped;
  if (status === 429) {
    headers.set("x-ms-throttle-scope", `Tenant_Application/ReadWrite/${facts.clientId ?? ""}/${facts.tenantId ?? ""}`);
    headers.set("x-ms-throttle-information", "ResourceUnitLimitExceeded");
  }
  if (fault.claims !== undefined) {
    const challenge = headers.get("www-authenticate") ?? "Bearer";
    // Entra: base64 with padding, not base64url.
    const claims = Buffer.from(fault.claims, "utf8").toString("base64");
    headers.set(
      "www-authenticate",
      `${challenge}, error="insufficient_claims", claims="${claims}", errorDescription="${claimsMessage}"`,
    );
  }
  return new Response(shaped.body, { status, headers });
}
