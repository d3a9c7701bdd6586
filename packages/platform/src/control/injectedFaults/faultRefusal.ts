import { type Refusal, ticks } from "../../aadsts/aadsts.ts";
import { everyRow } from "../../aadsts/everyRow.ts";
import type { FaultRow } from "../../aadsts/faultOnlyRows.ts";
import { decodeJson } from "../../core/jwt.ts";
import { findServicePrincipalByAppId } from "../../directory/servicePrincipals/servicePrincipals.ts";
import type { Exchange } from "../../http/exchange.ts";
import type { ControlContext } from "../context.ts";
import { type ActiveFault, FaultRuleError } from "./faultRule.ts";
import type { RequestFacts } from "./requestFacts.ts";

/** The rows for rules with only a status. */
const codeOfStatus: Readonly<Record<number, number>> = { 400: 90013, 429: 90055, 503: 90033 };
const genericError = 50000;

/** The token service's error for a rule, and its status, which may differ from the table's. */
export function faultRefusal(
  context: ControlContext,
  exchange: Exchange,
  facts: RequestFacts,
  fault: ActiveFault,
  why: string,
): { readonly refusal: Refusal; readonly status: number } {
  const { code, row } = faultRow(fault.aadsts ?? codeOfStatus[fault.status ?? 0] ?? genericError);
  return {
    status: fault.status ?? row.status,
    refusal: {
      code,
      error: row.error,
      status: 500,
      text: row.text.replace(/\{(\w+)\}/g, (_, placeholder: string) =>
        placeholderValue(context, exchange, facts, placeholder),
      ),
      hasErrorUri: row.hasErrorUri,
      suberror: fault.suberror ?? row.suberror,
      claims: fault.claims ?? row.claims,
      why,
    },
  };
}

/**
 * Returns the row of an AADSTS number or of one of its variants. Throws a {@link FaultRuleError} for an unknown one.
 */
export function faultRow(code: number | string): { readonly code: number; readonly row: FaultRow } {
  const key = String(code).replace(/^AADSTS/i, "");
  const name = Object.hasOwn(everyRow, key)
    ? key
    : Object.keys(everyRow).find((candidate) => candidate.startsWith(`${key}:`));
  const found = name === undefined ? undefined : everyRow[name];
  if (found === undefined) {
    const known = Object.keys(everyRow).join(", ");
    throw new FaultRuleError(`aadsts ${JSON.stringify(code)} is not in the table, which has ${known}`);
  }
  return { code: Number.parseInt(key, 10), row: found };
}

/** The value of a placeholder in an error text, as far as the request contains it. Never a secret field. */
function placeholderValue(
  { directory }: ControlContext,
  { url, nowMs }: Exchange,
  facts: RequestFacts,
  placeholder: string,
): string {
  const parameter = (name: string): string => facts.form.get(name) ?? url.searchParams.get(name) ?? "";
  const scope = parameter("scope");
  switch (placeholder) {
    case "appId":
      return facts.clientId ?? "";
    case "appName":
      return findServicePrincipalByAppId(directory, facts.tenantId ?? "", facts.clientId ?? "")?.displayName ?? "";
    case "tenant":
    case "tenantId":
      return facts.tenantId ?? "";
    case "resource":
      return parameter("resource") || scope.replace(/\/\.default$/, "");
    case "scope":
    case "scopes":
      return scope;
    case "uri":
      return parameter("redirect_uri");
    case "user":
      return parameter("username");
    case "grantType":
      return facts.grantType ?? "";
    case "method":
      return facts.method;
    case "issuer":
    case "subject":
    case "audience":
      return assertedClaim(parameter("client_assertion") || parameter("assertion"), placeholder);
    case "now":
    case "issued":
    case "validFrom":
    case "notBefore":
    case "expiry":
    case "start":
    case "end":
      return ticks(nowMs);
    default:
      return "";
  }
}

const claimNames = { issuer: "iss", subject: "sub", audience: "aud" };

function assertedClaim(assertion: string, placeholder: keyof typeof claimNames): string {
  const value = decodeJson(assertion.split(".")[1] ?? "")?.[claimNames[placeholder]];
  return typeof value === "string" ? value : "";
}
