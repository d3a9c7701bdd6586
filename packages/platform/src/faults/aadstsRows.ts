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
 * Errors whose cause the local platform does not have: overload, policies, locked accounts, other kinds of tenants. Only a fault rule brings
 * them about. Where `aadsts.ts` has a row of the same number, that one is used. `source` as there.
 */
const rows: Readonly<Record<string, FaultRow>> = {
  "50053": row("invalid_grant", 400, "The account is locked because a user tried to sign in too many times."),
  "50055": row("invalid_grant", 400, "The password is expired.", { suberror: "user_password_expired" }),
  "50074": row("interaction_required", 400, "Strong Authentication is required."),
  "50078": row("interaction_required", 400, "Presented multi-factor authentication has expired."),
  "50079": row(
    "interaction_required",
    400,
    "Due to a configuration change made by your administrator, or because you moved to a new location, you must enroll in multi-factor authentication to access '{resource}'.",
    { suberror: "basic_action", source: "M" },
  ),
  "50158": row("interaction_required", 400, "External security challenge was not satisfied."),
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
  "7000214": row("invalid_client", 401, "The certificate used to sign the client assertion has been revoked.", {
    source: "K",
  }),
  "1000502": row("invalid_client", 401, "The provided certificate is not within its specified validity window."),
  "28002": row(
    "invalid_scope",
    400,
    "Provided value for the input parameter scope '{scope}' isn't valid when requesting an access token. Please specify a valid scope.",
  ),
  "28003": row(
    "invalid_scope",
    400,
    "Provided value for the input parameter scope can't be empty when requesting an access token using the provided authorization code. Please specify a valid scope.",
  ),
  "50056": row(
    "invalid_grant",
    400,
    "Invalid or null password: password does not exist in the directory for this user.",
  ),
  "500207": row("invalid_request", 400, "The account type can't be used for the resource you're trying to access."),
  "500208": row("invalid_request", 400, "The domain is not a valid login domain for the account type."),
  "51004": row("invalid_grant", 400, "The user account does not exist in the directory."),
  "65002": row(
    "invalid_request",
    400,
    "Consent between first party application and first party resource must be configured via preauthorization.",
  ),
  "650052": row(
    "invalid_client",
    400,
    "The app needs access to a service that your organization has not subscribed to or enabled. Contact your IT Admin to review the configuration of your service subscriptions.",
  ),
  "650056": row(
    "invalid_client",
    400,
    "Misconfigured application. This could be due to one of the following: the client has not listed any permissions in the requested permissions in the client's application registration, or the admin has not consented in the tenant.",
  ),
  "67003": row("invalid_grant", 400, "The actor is not a valid service identity."),
  "700022": row(
    "invalid_scope",
    400,
    "The provided value for the input parameter 'scope' is not valid because it contains more than one resource.",
  ),
  "700030": row("invalid_client", 401, "Invalid certificate - subject name in certificate is not authorized."),
  "700081": row("invalid_grant", 400, "The refresh token has expired due to maximum lifetime.", {
    suberror: "bad_token",
  }),
  "7002131": row(
    "invalid_client",
    401,
    "No matching federated identity record found for presented assertion subject, or no federated identity credential expression matched.",
  ),
  "7002137": row(
    "invalid_client",
    401,
    "No matching federated identity record found for presented assertion subject: it has the wrong form.",
  ),
  "7000274": row("invalid_client", 401, "The signature of the client assertion is not valid."),
  "7000277": row("invalid_client", 401, "The certificate of the client assertion has been revoked."),
  "70019": row("bad_verification_code", 400, "Verification code expired. Have the user retry the sign-in."),
  "76021": row(
    "invalid_request",
    400,
    "The request sent by client is not signed while the application requires signed requests.",
  ),
  "90008": row(
    "invalid_grant",
    400,
    "The user or administrator has not consented to use the application: it asks for a token for itself without permission to read Microsoft Graph.",
  ),
  "90019": row("invalid_request", 400, "No tenant-identifying information found in the request."),
  "90072": row("access_denied", 400, "The account needs to be added as an external user in the tenant first."),
  "90095": row("access_denied", 400, "Admin consent is required; the user may ask an administrator for it."),
  "90099": row("access_denied", 400, "The application has not been authorized in the tenant."),
  "90100": row("invalid_request", 400, "A parameter of the request is empty or not valid."),
  "90119": row("invalid_request", 400, "The user code is null or empty."),
  "90120": row("invalid_request", 400, "The user code could not be parsed or is unknown."),
  "90121": row("invalid_request", 400, "The device request was empty, or was approved or denied before."),
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
