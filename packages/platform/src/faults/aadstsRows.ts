import { type AadstsRow, aadsts } from "../aadsts.ts";
import { FaultRuleError } from "./faultRule.ts";

/** A row of the error table with what some errors carry beside the text. */
export interface FaultRow extends Omit<AadstsRow, "status"> {
  readonly status: number;
  readonly suberror?: string;
  /** A claims challenge, JSON text. */
  readonly claims?: string;
}

/**
 * Errors whose cause the local platform does not have: overload, policies, locked accounts. Only a fault rule brings
 * them about. Where `aadsts.ts` has a row of the same number, that one is used. `source` as there.
 */
const rows: Readonly<Record<string, FaultRow>> = {
  "50053": row("invalid_grant", 400, "The account is locked because a user tried to sign in too many times."),
  "50055": row("invalid_grant", 400, "The password is expired.", { suberror: "user_password_expired" }),
  "50074": row("interaction_required", 400, "Strong Authentication is required."),
  "50076": row(
    "interaction_required",
    400,
    "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access '{resource}'.",
    { suberror: "basic_action", source: "I" },
  ),
  "50078": row("interaction_required", 400, "Presented multi-factor authentication has expired."),
  "50079": row(
    "interaction_required",
    400,
    "Due to a configuration change made by your administrator, or because you moved to a new location, you must enroll in multi-factor authentication to access '{resource}'.",
    { suberror: "basic_action", source: "M" },
  ),
  "50158": row("interaction_required", 400, "External security challenge was not satisfied."),
  "50173": row(
    "invalid_grant",
    400,
    "The provided grant has expired due to it being revoked, a fresh auth token is needed.",
    { suberror: "bad_token" },
  ),
  "50196": row(
    "invalid_grant",
    400,
    "The server terminated an operation because it encountered a client request loop. Please contact your app vendor.",
    { source: "K" },
  ),
  "53000": row("interaction_required", 400, "Device is not in required device state."),
  "53001": row("interaction_required", 400, "Device is not domain joined."),
  "53003": row(
    "interaction_required",
    400,
    "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
    {
      suberror: "message_only",
      claims: '{"access_token":{"capolids":{"essential":true,"values":["00000000-0000-4000-8000-000000000000"]}}}',
      source: "I",
    },
  ),
  "70043": row(
    "invalid_grant",
    400,
    "The refresh token has expired or is invalid due to sign-in frequency checks by conditional access.",
    { suberror: "bad_token" },
  ),
  "700020": row("interaction_required", 400, "The access grant requires interaction."),
  "700082": row("invalid_grant", 400, "The refresh token has expired due to inactivity.", { suberror: "bad_token" }),
  "7000214": row("invalid_client", 401, "The certificate used to sign the client assertion has been revoked.", {
    source: "K",
  }),
  "90024": row("temporarily_unavailable", 503, "A transient error has occurred. Please try again."),
  "90033": row("temporarily_unavailable", 503, "A transient error has occurred. Please try again."),
  "90055": row("temporarily_unavailable", 429, "There are too many incoming requests."),
  "90090": row("temporarily_unavailable", 503, "The service is temporarily unavailable. Please try again."),
};

function row(error: string, status: number, text: string, rest: Partial<FaultRow> = {}): FaultRow {
  return { error, status, text, hasErrorUri: true, source: "D; wording K", ...rest };
}

/** The row of a number or of one variant. Throws a {@link FaultRuleError} when there is none. */
export function faultRow(code: number | string): { readonly code: number; readonly row: FaultRow } {
  const key = String(code).replace(/^AADSTS/i, "");
  const tables: readonly Readonly<Record<string, FaultRow>>[] = [aadsts, rows];
  for (const table of tables) {
    const name = Object.hasOwn(table, key)
      ? key
      : Object.keys(table).find((candidate) => candidate.startsWith(`${key}:`));
    const found = name === undefined ? undefined : table[name];
    if (found !== undefined) {
      return { code: Number.parseInt(key, 10), row: found };
    }
  }
  const known = [...new Set(tables.flatMap((table) => Object.keys(table)))].join(", ");
  throw new FaultRuleError(`aadsts ${JSON.stringify(code)} is not in the table; it has ${known}`);
}
