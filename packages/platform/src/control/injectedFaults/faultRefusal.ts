import type { Refusal } from "../../aadsts/aadsts.ts";
import type { Exchange } from "../../http/exchange.ts";
import type { ControlContext } from "../context.ts";
import { faultRow } from "./faultRow.ts";
import type { ActiveFault } from "./faultRule.ts";
import type { RequestFacts } from "./requestFacts.ts";
import { slotValue } from "./slotValue.ts";

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
