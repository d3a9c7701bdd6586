import { plainError, responseIds } from "../../graph/request/responses.ts";
import type { PlainRequest, PlainResponse } from "../../http/plainHttp.ts";
import type { ControlContext } from "../context.ts";
import type { ActiveFault } from "./faultRule.ts";
import type { RequestFacts } from "./requestFacts.ts";

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

/** An error in the format of Graph and Resource Manager. */
export function graphErrorResponse(
  context: ControlContext,
  request: PlainRequest,
  facts: RequestFacts,
  fault: ActiveFault,
  why: string,
): PlainResponse {
  const status = fault.status ?? 500;
  const row = graphRows[status] ?? { code: "UnknownError", message: "The request failed." };
  const message = fault.claims === undefined ? row.message : claimsMessage;
  // Graph has two sets of error headers: one for 401, one for everything else.
  const shape = status === 401 ? 401 : 500;
  const shaped = plainError(
    { status: shape, code: row.code, message, details: [], reason: why },
    responseIds(context, request),
    1,
    context.url,
  );
  const challenge = shaped.headers["www-authenticate"] ?? "Bearer";
  return {
    ...shaped,
    status,
    headers: {
      ...shaped.headers,
      ...(status === 429
        ? {
            "x-ms-throttle-scope": `Tenant_Application/ReadWrite/${facts.clientId ?? ""}/${facts.tenantId ?? ""}`,
            "x-ms-throttle-information": "ResourceUnitLimitExceeded",
          }
        : {}),
      ...(fault.claims === undefined ? {} : { "www-authenticate": `${challenge}, ${claimsChallenge(fault.claims)}` }),
    },
  };
}

function claimsChallenge(claims: string): string {
  // Entra: base64 with padding, not base64url.
  const encoded = Buffer.from(claims, "utf8").toString("base64");
  return `error="insufficient_claims", claims="${encoded}", errorDescription="${claimsMessage}"`;
}
