import type { AuthErrorCode } from "./errors.ts";

/** The meaning of an AADSTS number. */
export interface AadstsMeaning {
  readonly code: AuthErrorCode;
  /** One sentence; `{…}` placeholders are filled from the request. */
  readonly remedy: string;
  /** The same request may succeed later. */
  readonly retryable?: true;
  /** The user has to act before a token can be issued. */
  readonly interactive?: true;
  /** The credential may have been replaced: ask its source once more, and repeat the request if it changed. */
  readonly reloadCredential?: true;
}

type Row = readonly [
  keys: string,
  code: AuthErrorCode,
  remedy: string,
  trait?: "retryable" | "interactive" | "reloadCredential",
];

/**
 * The meanings of AADSTS numbers, AADB2C numbers, and other values of error responses, prefixed with their field.
 * @see https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 * @see https://learn.microsoft.com/azure/active-directory-b2c/error-codes
 */
export const rows: readonly Row[] = [
  // Secrets
  [
    "7000215 70002 AADB2C90081",
    "invalid_client_secret",
    "Send the secret's value, not its id (the value is shown once, when the secret is created); if the value is lost, add a new secret to application {clientId}.",
    "reloadCredential",
  ],
  [
    "error:invalid_client",
    "invalid_client_secret",
    "Check client id {clientId} and its credential: the server does not accept this combination.",
    "reloadCredential",
  ],
  [
    "7000222",
    "client_secret_expired",
    "Add a new client secret to application {clientId} and put its value into your configuration.",
    "reloadCredential",
  ],
  [
    "7000216 AADB2C90079",
    "client_credential_missing",
    "Set clientCredential to a non-empty secret, certificate or assertion.",
  ],
  [
    "7000218 AADB2C90058",
    "client_credential_missing",
    "Set clientCredential to a non-empty secret, certificate or assertion; for a program that cannot keep a secret, enable Allow public client flows for application {clientId}, or register its redirect URI for mobile and desktop applications.",
  ],
  [
    "700025 AADB2C90084",
    "request_rejected",
    "Leave the credential out, or register a web platform for this redirect URI: application {clientId} is public here.",
  ],

  // Certificates and assertions
  [
    "700027 50012 7000214 7000274 7000277",
    "certificate_not_registered",
    "Upload this certificate (thumbprint {thumbprint}) to application {clientId} under Certificates & secrets, or sign with one that is registered there.",
    "reloadCredential",
  ],
  [
    "description:signature",
    "certificate_key_mismatch",
    "Sign with the key of the certificate that the assertion refers to (thumbprint {thumbprint}): application {clientId} has that certificate, but another key made the signature.",
    "reloadCredential",
  ],
  [
    "1000502",
    "certificate_expired",
    "Create a new certificate, upload it to application {clientId}, and sign with its key.",
    "reloadCredential",
  ],
  [
    "700024",
    "clock_skew",
    "Correct this machine's clock: the assertion's times are out of range for the service.",
    "reloadCredential",
  ],
  ["700021", "assertion_rejected", "Set the assertion's iss and sub to the client id {clientId}."],
  ["700023", "assertion_rejected", "Set the assertion's aud to the token endpoint of {authority}."],
  ["50027", "assertion_rejected", "Send a compact JWT as the assertion."],
  ["5002723", "assertion_rejected", "Put the certificate's x5t#S256 or x5t into the assertion's header."],
  ["5002738", "assertion_rejected", "Sign the assertion with PS256 or RS256."],
  [
    "70021 700211 700212 700213",
    "assertion_rejected",
    "Give application {clientId} a federated credential whose issuer, subject and audience exactly equal the assertion's.",
  ],

  // Application and tenant
  [
    "700016",
    "application_not_found",
    "Check client id {clientId} and tenant {tenant}; an application of another tenant needs consent there first: {consentUrl}.",
  ],
  ["70001 AADB2C90018", "application_not_found", "Check client id {clientId} and tenant {tenant}."],
  [
    "7000112 AADB2C90092",
    "application_disabled",
    "Enable application {clientId} in tenant {tenant} (Enterprise applications, Properties).",
  ],
  [
    "90002 900023",
    "tenant_not_found",
    "Check the tenant in the authority ({authority}) and the cloud: it must be the directory's id or one of its verified domains.",
  ],
  [
    "50194",
    "tenant_required",
    "Replace {tenant} in the authority with the tenant: application {clientId} only accepts users of its own tenant.",
  ],
  [
    "9001023",
    "tenant_required",
    "Use the tenant's id or domain, or organizations, in the authority: common and consumers do not accept passwords.",
  ],
  ["50059", "tenant_required", "Use the tenant's id or domain in the authority."],

  // Scopes, resources, consent
  [
    "70011 1002012",
    "invalid_scope",
    "Request exactly one scope {resource}/.default, such as https://graph.microsoft.com/.default.",
  ],
  [
    "650053 AADB2C90012 AADB2C90117",
    "invalid_scope",
    "Correct the names in {scopes}: the API lacks at least one of these permissions.",
  ],
  ["28000 AADB2C90146", "invalid_scope", "Acquire one token per resource."],
  ["error:invalid_scope", "invalid_scope", "Request scopes that the server knows: it refused {scopes}."],
  [
    "500011 50001 650052",
    "resource_not_found",
    "Check the resource in the scope ({scopes}); if it is correct, have an administrator add that application to tenant {tenant}, for example by consent: {consentUrl}.",
  ],
  ["error:invalid_target", "resource_not_found", "Request a resource that the server knows: it refused {scopes}."],
  [
    "65001 error:consent_required suberror:consent_required",
    "consent_required",
    "Send the user through sign-in again, or have an administrator consent: {consentUrl}.",
    "interactive",
  ],
  [
    "650057 AADB2C90205",
    "consent_required",
    "Have an administrator grant consent, then get a new token: {consentUrl}.",
  ],
  [
    "501051",
    "assignment_required",
    "Assign an app role of the resource to application {clientId}: the resource only accepts assigned applications.",
  ],
  ["50105", "assignment_required", "Assign the application or user to the resource in Enterprise applications."],
  [
    "53003",
    "access_blocked",
    "Ask the tenant's administrator which Conditional Access policy blocks application {clientId}.",
  ],
  [
    "error:unauthorized_client",
    "request_rejected",
    "Have the server's operator allow this grant type for application {clientId}.",
  ],

  // Users
  [
    "50058 70000 70008 70043 700081 700082 700084 50132 50133 50173 error:login_required suberror:bad_token suberror:token_expired grant:",
    "sign_in_required",
    "Send the user through sign-in again: the earlier one is no longer valid.",
    "interactive",
  ],
  [
    "50072 50074 50076 50078 50079 50158 53000 53001 error:interaction_required suberror:basic_action suberror:additional_action suberror:message_only suberror:user_password_expired",
    "interaction_required",
    "Send the user through sign-in again, with this error's claims: the tenant requires more (a second factor, a managed device, new terms).",
    "interactive",
  ],
  ["50055", "interaction_required", "Send the user through sign-in again, to choose a new password.", "interactive"],
  [
    "AADB2C90118",
    "password_reset_requested",
    "Send the user through the password reset user flow: start a sign-in with an application object whose authority contains that policy.",
  ],
  ["65004", "access_denied", "Tell the user why the application needs the permission, and sign in again."],
  ["error:access_denied", "access_denied", "Tell the user what the application needs, and sign in again."],
  [
    "50126 50034 AADB2C90225 grant:password",
    "invalid_user_credential",
    "Ask the user for name and password again, or better, use the authorization code flow.",
  ],
  [
    "50053 AADB2C90111 AADB2C90114",
    "access_blocked",
    "Wait, or have an administrator unlock the account: too many wrong passwords.",
  ],
  ["50057", "access_blocked", "Have an administrator enable the account."],
  ["50020", "access_blocked", "Sign in with an account of tenant {tenant}, or have an administrator invite this one."],
  [
    "54005 9002313 AADB2C90182 grant:authorization_code",
    "authorization_code_rejected",
    "Start a new sign-in: a code is valid once, for ten minutes, for the application and redirect URI it was issued for.",
  ],
  [
    "50148 501481",
    "authorization_code_rejected",
    "Pass the codeVerifier of the request that started this sign-in, from the same browser's session.",
  ],
  [
    "70018 70019 70020 error:expired_token grant:urn:ietf:params:oauth:grant-type:device_code",
    "device_code_expired",
    "Request a new code, and show it at once: a code is valid once, for some minutes.",
  ],
  [
    "50011 500112 9002325 AADB2C90006",
    "redirect_uri_mismatch",
    "Register exactly this redirect URI on application {clientId}, and use the same one for both steps.",
  ],
  [
    "9002326",
    "redirect_uri_mismatch",
    "Register the redirect URI of application {clientId} under the single-page application platform: a browser redeems the code.",
  ],
  [
    "9002327",
    "redirect_uri_mismatch",
    "Register the redirect URI of application {clientId} under the web or mobile and desktop platform: no browser redeems the code.",
  ],
  [
    "50013 500131 500133 grant:urn:ietf:params:oauth:grant-type:jwt-bearer",
    "user_assertion_rejected",
    "Pass the access token that your API received: still valid, issued for application {clientId}, neither an ID token nor a token for another API.",
  ],
  [
    "7000114",
    "user_assertion_rejected",
    "Use acquireTokenForClient: the token that your API received has no user to act on behalf of.",
  ],

  // Load and temporary failures
  [
    "90024 90055 AADB2C90244",
    "throttled",
    "Wait for retryAfterMs, and reuse one application object so that tokens are cached.",
    "retryable",
  ],
  ["status:429", "throttled", "Wait for retryAfterMs, then try again.", "retryable"],
  [
    "50196",
    "throttled",
    "Stop the loop: reuse one application object for the life of the process so that its cache is used.",
  ],
  [
    "50000 90006 90033 AADB2C90035 error:temporarily_unavailable",
    "temporarily_unavailable",
    "Try again in a moment.",
    "retryable",
  ],
];

/** The meaning of a number or value. Refusals are rare, so the table is searched instead of indexed. */
export function meaningOf(key: string): AadstsMeaning | undefined {
  const [, code, remedy = "", trait] = rows.find(([keys]) => keys.split(" ").includes(key)) ?? [];
  return code && { code, remedy, ...(trait && { [trait]: true }) };
}

/** The fields of an error response. */
export interface ErrorResponse {
  readonly aadsts: number | undefined;
  readonly description?: string | undefined;
  readonly error: string | undefined;
  readonly subError: string | undefined;
  readonly status: number;
  readonly grantType: string | undefined;
}

/**
 * Interprets an error response of a token endpoint: by AADSTS or AADB2C number, then by status, then by `suberror`,
 * `error` and grant.
 */
export function interpret({
  aadsts,
  description = "",
  error = "",
  subError = "",
  status,
  grantType = "",
}: ErrorResponse): AadstsMeaning {
  const known = meaningOf(`${aadsts ?? /^AADB2C\d+/.exec(description)?.[0]}`);
  if (known?.code === "certificate_not_registered") {
    // Entra: one number for three errors; the text in brackets distinguishes them.
    const isExpired = /key used is expired/.test(description);
    const isKeyMismatch = /verify the signature failed|signature value did not match/.test(description);
    return meaningOf(isExpired ? "1000502" : isKeyMismatch ? "description:signature" : "") ?? known;
  }
  const isTransient = status >= 500 || status === 408;
  const certain = known ?? meaningOf(isTransient ? "error:temporarily_unavailable" : `status:${status}`);
  if (certain) {
    return certain;
  }
  const isVague = error === "invalid_grant";
  const byWord = meaningOf(isVague ? `suberror:${subError}` : `error:${error}`);
  // A number is more specific than a shared error value, unless that value requires the user to act.
  if (byWord && (aadsts === undefined || byWord.interactive)) {
    return byWord;
  }
  const grant = isVague && aadsts === undefined ? (meaningOf(`grant:${grantType}`) ?? meaningOf("grant:")) : undefined;
  return (
    grant ?? {
      code: "request_rejected",
      remedy:
        aadsts === undefined
          ? "Read the server's message above: it says what was refused."
          : `Look up AADSTS${aadsts} at https://login.microsoftonline.com/error?code=${aadsts}.`,
    }
  );
}

/** The AADSTS number of an error response: from `error_codes`, which is reliable, or else from the description. */
export function aadstsNumber(body: Readonly<Record<string, unknown>>): number | undefined {
  const { error_codes: codes, error_description: description } = body;
  if (Array.isArray(codes) && typeof codes[0] === "number") {
    return codes[0];
  }
  const match = typeof description === "string" ? /AADSTS(\d+)/.exec(description) : null;
  return match?.[1] === undefined ? undefined : Number(match[1]);
}
