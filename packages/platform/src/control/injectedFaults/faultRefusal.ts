import type { Refusal } from "../../aadsts/aadsts.ts";
import { everyRow } from "../../aadsts/everyRow.ts";
import type { FaultRow } from "../../aadsts/faultOnlyRows.ts";
import { decodeJson } from "../../core/jwt.ts";
import { findServicePrincipalByAppId } from "../../directory/servicePrincipals/servicePrincipals.ts";
import type { Exchange } from "../../http/exchange.ts";
import { ticks } from "../../tokenService/issuance/signInValidity.ts";
import type { ControlContext } from "../context.ts";
import { type ActiveFault, FaultRuleError } from "./faultRule.ts";
import type { RequestFacts } from "./requestFacts.ts";

/** The rows for a rule that gives a status alone. */
const rowOfStatus: Readonly<Record<number, number>> = { 400: 90013, 429: 90055, 503: 90033 };
const serverError = 50000;

/** The token service's error that a rule stands for, and its status, which need not be one of the table's. */
export function faultRefusal(
  context: ControlContext,
  exchange: Exchange,
  facts: RequestFacts,
  fault: ActiveFault,
  why: string,
): { readonly refusal: Refusal; readonly status: number } {
  const { code, row } = faultRow(fault.aadsts ?? rowOfStatus[fault.status ?? 0] ?? serverError);
  return {
    status: fault.status ?? row.status,
    refusal: {
      code,
      error: row.error,
      status: 500,
      text: row.text.replace(/\{(\w+)\}/g, (_, slot: string) => slotValue(context, exchange, facts, slot)),
      hasErrorUri: row.hasErrorUri,
      suberror: fault.suberror ?? row.suberror,
      claims: fault.claims ?? row.claims,
      why,
    },
  };
}

/** The row of a number or of one variant. Throws a {@link FaultRuleError} when there is none. */
export function faultRow(code: number | string): { readonly code: number; readonly row: FaultRow } {
  const key = String(code).replace(/^AADSTS/i, "");
  const name = Object.hasOwn(everyRow, key)
    ? key
    : Object.keys(everyRow).find((candidate) => candidate.startsWith(`${key}:`));
  const found = name === undefined ? undefined : everyRow[name];
  if (found === undefined) {
    const known = Object.keys(everyRow).join(", ");
    throw new FaultRuleError(`aadsts ${JSON.stringify(code)} is not in the table; it has ${known}`);
  }
  return { code: Number.parseInt(key, 10), row: found };
}

/** What a slot of an error text is filled with, as far as the request says it. Never a secret field. */
function slotValue({ directory }: ControlContext, { url, nowMs }: Exchange, facts: RequestFacts, slot: string): string {
  const sent = (name: string): string => facts.form.get(name) ?? url.searchParams.get(name) ?? "";
  const scope = sent("scope");
  switch (slot) {
    case "appId":
      return facts.clientId ?? "";
    case "appName":
      return findServicePrincipalByAppId(directory, facts.tenantId ?? "", facts.clientId ?? "")?.displayName ?? "";
    case "tenant":
    case "tenantId":
      return facts.tenantId ?? "";
    case "resource":
      return sent("resource") || scope.replace(/\/\.default$/, "");
    case "scope":
    case "scopes":
      return scope;
    case "uri":
      return sent("redirect_uri");
    case "user":
      return sent("username");
    case "grantType":
      return facts.grantType ?? "";
    case "method":
      return facts.method;
    case "issuer":
    case "subject":
    case "audience":
      return assertedClaim(sent("client_assertion") || sent("assertion"), slot);
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

function assertedClaim(assertion: string, slot: keyof typeof claimNames): string {
  const value = decodeJson(assertion.split(".")[1] ?? "")?.[claimNames[slot]];
  return typeof value === "string" ? value : "";
}
