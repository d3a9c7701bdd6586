import type { AuthErrorCode } from "./errors.ts";

/** What an AADSTS number means for a program. */
export interface AadstsMeaning {
  readonly code: AuthErrorCode;
  /** One sentence; `{…}` slots are filled from the request. */
  readonly remedy: string;
  /** The same request may succeed later. */
  readonly retryable?: true;
  /** A person has to act before a token can be had. */
  readonly interactive?: true;
  /** The credential may have been replaced meanwhile: ask its source once more, and send the request again if it changed. */
  readonly reloadCredential?: true;
}

const secretIsWrong =
  "Send the secret's value, not its id (the value is shown once, when the secret is made); if the value is lost, add a new secret to application {clientId}.";
const certificateIsUnknown =
  "Upload this certificate (thumbprint {thumbprint}) to application {clientId} under Certificates & secrets, or sign with one that is registered there.";
const keyIsAnother =
  "Sign with the key of the certificate that the assertion names (thumbprint {thumbprint}): application {clientId} has that certificate, and the signature is another key's.";
const clockIsOff = "Correct this machine's clock: the service finds the assertion's times outside their range.";
const tenantIsUnknown =
  "Check the tenant in the authority ({authority}) and the cloud: it has to be the directory's id or one of its verified domains.";
const scopeIsWrong = "Ask for exactly one scope {resource}/.default, such as https://graph.microsoft.com/.default.";
const permissionIsUnknown = "Correct the names in {scopes}: the API has no permission of one of them.";
const resourceIsUnknown =
  "Check the resource in the scope ({scopes}); if it is right, have an administrator install that application in tenant {tenant}, for instance by consent: {consentUrl}.";
const consentIsMissing = "Have an administrator grant consent, then get a new token: {consentUrl}.";
const federationIsMissing =
  "Give application {clientId} a federated credential whose issuer, subject and audience equal the assertion's to the letter.";
const moreIsAsked =
  "Send the user through sign-in again, with this error's claims: the tenant asks for more (a second factor, a managed device, new terms).";
const signInAgain = "Send the user through sign-in again: what was kept of the earlier one is no longer good.";
const userConsentIsMissing = "Send the user through sign-in again, or have an administrator consent: {consentUrl}.";
const userCredentialIsWrong =
  "Ask the user for name and password again; better, sign in with the authorization code flow.";
const assertionIsWrong =
  "Pass the access token that your API received, still valid and issued for application {clientId}, not an ID token and not a token for another API.";
const redirectIsUnknown =
  "Register the redirect URI to the letter on application {clientId}, and use the same one for both steps.";
const codeIsSpent =
  "Start the sign-in anew: a code is good once, for ten minutes, for the application and redirect URI it was made for.";
const deviceCodeIsOver = "Start anew with a new code, and show it at once: a code is good once, for some minutes.";
const tryLater = "Try again in a moment.";

/**
 * AADSTS number → what it means and what to do.
 * @see https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 */
export const meanings: Readonly<Record<number, AadstsMeaning>> = {
  // Secrets
  7000215: { code: "invalid_client_secret", remedy: secretIsWrong, reloadCredential: true },
  70002: { code: "invalid_client_secret", remedy: secretIsWrong, reloadCredential: true },
  7000222: {
    code: "client_secret_expired",
    remedy: "Add a new client secret to application {clientId} and put its value into your configuration.",
    reloadCredential: true,
  },
  7000216: {
    code: "client_credential_missing",
    remedy: "Set clientCredential to a secret, a certificate or an assertion that is not empty.",
  },
  7000218: {
    code: "client_credential_missing",
    remedy:
      "Set clientCredential to a secret, a certificate or an assertion that is not empty; for a program that keeps no secret, switch on Allow public client flows for application {clientId}, or register its redirect URI for mobile and desktop applications.",
  },
  700025: {
    code: "request_rejected",
    remedy:
      "Leave the credential out, or register a web platform for this redirect URI: application {clientId} is public here.",
  },

  // Certificates and assertions
  700027: { code: "certificate_not_registered", remedy: certificateIsUnknown, reloadCredential: true },
  50012: { code: "certificate_not_registered", remedy: certificateIsUnknown, reloadCredential: true },
  7000214: { code: "certificate_not_registered", remedy: certificateIsUnknown, reloadCredential: true },
  7000274: { code: "certificate_not_registered", remedy: certificateIsUnknown, reloadCredential: true },
  7000277: { code: "certificate_not_registered", remedy: certificateIsUnknown, reloadCredential: true },
  1000502: {
    code: "certificate_expired",
    remedy: "Make a new certificate, upload it to application {clientId}, and sign with its key.",
    reloadCredential: true,
  },
  700024: { code: "clock_skew", remedy: clockIsOff, reloadCredential: true },
  700021: { code: "assertion_rejected", remedy: "Make the assertion's iss and sub the client id {clientId}." },
  700023: { code: "assertion_rejected", remedy: "Make the assertion's aud the token endpoint of {authority}." },
  50027: { code: "assertion_rejected", remedy: "Send a compact JWT as the assertion." },
  5002723: {
    code: "assertion_rejected",
    remedy: "Put x5t#S256 or x5t of the certificate into the assertion's header.",
  },
  5002738: { code: "assertion_rejected", remedy: "Sign the assertion with PS256 or RS256." },
  70021: { code: "assertion_rejected", remedy: federationIsMissing },
  700211: { code: "assertion_rejected", remedy: federationIsMissing },
  700212: { code: "assertion_rejected", remedy: federationIsMissing },
  700213: { code: "assertion_rejected", remedy: federationIsMissing },

  // Application and tenant
  700016: {
    code: "application_not_found",
    remedy:
      "Check client id {clientId} and tenant {tenant}; an application of another tenant has to be consented to there first: {consentUrl}.",
  },
  70001: { code: "application_not_found", remedy: "Check client id {clientId} and tenant {tenant}." },
  7000112: {
    code: "application_disabled",
    remedy: "Enable application {clientId} in tenant {tenant} (Enterprise applications, Properties).",
  },
  90002: { code: "tenant_not_found", remedy: tenantIsUnknown },
  900023: { code: "tenant_not_found", remedy: tenantIsUnknown },
  50194: {
    code: "tenant_required",
    remedy:
      "Put the tenant into the authority in place of {tenant}: application {clientId} admits users of its own tenant alone.",
  },
  9001023: {
    code: "tenant_required",
    remedy:
      "Put the tenant's id or domain, or organizations, into the authority: common and consumers take no passwords.",
  },
  50059: { code: "tenant_required", remedy: "Put the tenant's id or domain into the authority." },

  // Scopes, resources, consent
  70011: { code: "invalid_scope", remedy: scopeIsWrong },
  1002012: { code: "invalid_scope", remedy: scopeIsWrong },
  650053: { code: "invalid_scope", remedy: permissionIsUnknown },
  28000: { code: "invalid_scope", remedy: "Acquire one token per resource." },
  500011: { code: "resource_not_found", remedy: resourceIsUnknown },
  50001: { code: "resource_not_found", remedy: resourceIsUnknown },
  650052: { code: "resource_not_found", remedy: resourceIsUnknown },
  65001: { code: "consent_required", remedy: userConsentIsMissing, interactive: true },
  650057: { code: "consent_required", remedy: consentIsMissing },
  501051: {
    code: "assignment_required",
    remedy:
      "Assign an app role of the resource to application {clientId}: the resource admits assigned applications only.",
  },
  50105: {
    code: "assignment_required",
    remedy: "Assign the application or user to the resource in Enterprise applications.",
  },
  53003: {
    code: "access_blocked",
    remedy: "Ask the tenant's administrator which Conditional Access policy blocks application {clientId}.",
  },

  // Users
  50058: { code: "sign_in_required", remedy: signInAgain, interactive: true },
  50072: { code: "interaction_required", remedy: moreIsAsked, interactive: true },
  50074: { code: "interaction_required", remedy: moreIsAsked, interactive: true },
  50076: { code: "interaction_required", remedy: moreIsAsked, interactive: true },
  50078: { code: "interaction_required", remedy: moreIsAsked, interactive: true },
  50079: { code: "interaction_required", remedy: moreIsAsked, interactive: true },
  50158: { code: "interaction_required", remedy: moreIsAsked, interactive: true },
  53000: { code: "interaction_required", remedy: moreIsAsked, interactive: true },
  53001: { code: "interaction_required", remedy: moreIsAsked, interactive: true },
  50055: {
    code: "interaction_required",
    remedy: "Send the user through sign-in again, to choose a new password.",
    interactive: true,
  },
  70000: { code: "sign_in_required", remedy: signInAgain, interactive: true },
  70008: { code: "sign_in_required", remedy: signInAgain, interactive: true },
  70043: { code: "sign_in_required", remedy: signInAgain, interactive: true },
  700081: { code: "sign_in_required", remedy: signInAgain, interactive: true },
  700082: { code: "sign_in_required", remedy: signInAgain, interactive: true },
  700084: { code: "sign_in_required", remedy: signInAgain, interactive: true },
  50132: { code: "sign_in_required", remedy: signInAgain, interactive: true },
  50133: { code: "sign_in_required", remedy: signInAgain, interactive: true },
  50173: { code: "sign_in_required", remedy: signInAgain, interactive: true },
  65004: {
    code: "access_denied",
    remedy: "Tell the user what the application needs the permission for, and sign in again.",
  },
  50126: { code: "invalid_user_credential", remedy: userCredentialIsWrong },
  50034: { code: "invalid_user_credential", remedy: userCredentialIsWrong },
  50053: {
    code: "access_blocked",
    remedy: "Wait, or have an administrator unlock the account: too many wrong passwords.",
  },
  50057: { code: "access_blocked", remedy: "Have an administrator enable the account." },
  50020: {
    code: "access_blocked",
    remedy: "Sign in with an account of tenant {tenant}, or have an administrator invite this one.",
  },
  54005: { code: "authorization_code_rejected", remedy: codeIsSpent },
  9002313: { code: "authorization_code_rejected", remedy: codeIsSpent },
  50148: { code: "authorization_code_rejected", remedy: codeIsSpent },
  501481: { code: "authorization_code_rejected", remedy: codeIsSpent },
  70018: { code: "device_code_expired", remedy: deviceCodeIsOver },
  70019: { code: "device_code_expired", remedy: deviceCodeIsOver },
  70020: { code: "device_code_expired", remedy: deviceCodeIsOver },
  50011: { code: "redirect_uri_mismatch", remedy: redirectIsUnknown },
  500112: { code: "redirect_uri_mismatch", remedy: redirectIsUnknown },
  9002325: { code: "redirect_uri_mismatch", remedy: redirectIsUnknown },
  9002326: {
    code: "redirect_uri_mismatch",
    remedy:
      "Register the redirect URI of application {clientId} under the single-page application platform: a browser redeems the code.",
  },
  9002327: {
    code: "redirect_uri_mismatch",
    remedy:
      "Register the redirect URI of application {clientId} under the web or mobile and desktop platform: no browser redeems the code.",
  },
  50013: { code: "user_assertion_rejected", remedy: assertionIsWrong },
  500131: { code: "user_assertion_rejected", remedy: assertionIsWrong },
  500133: { code: "user_assertion_rejected", remedy: assertionIsWrong },
  7000114: {
    code: "user_assertion_rejected",
    remedy: "Use acquireTokenForClient: the token that your API received has no user to act on behalf of.",
  },

  // Load and passing trouble
  90024: {
    code: "throttled",
    remedy: "Wait as long as retryAfterMs says, and keep one application object so that tokens are cached.",
    retryable: true,
  },
  90055: {
    code: "throttled",
    remedy: "Wait as long as retryAfterMs says, and keep one application object so that tokens are cached.",
    retryable: true,
  },
  50196: {
    code: "throttled",
    remedy: "Stop the loop: keep one application object for the life of the process so that its cache is used.",
  },
  50000: { code: "temporarily_unavailable", remedy: tryLater, retryable: true },
  90006: { code: "temporarily_unavailable", remedy: tryLater, retryable: true },
  90033: { code: "temporarily_unavailable", remedy: tryLater, retryable: true },
};

/**
 * AADB2C number → what it means, or the AADSTS number that means the same. Others say enough by their `error`.
 * @see https://learn.microsoft.com/azure/active-directory-b2c/error-codes
 */
export const b2cMeanings: Readonly<Record<number, AadstsMeaning | number>> = {
  90006: 50011,
  90012: 650053,
  90018: 70001,
  90035: 50000,
  90058: 7000218,
  90079: 7000216,
  90081: 7000215,
  90084: 700025,
  90092: 7000112,
  90111: 50053,
  90114: 50053,
  90117: 650053,
  90118: {
    code: "password_reset_requested",
    remedy:
      "Send the user through the password reset user flow: begin a sign-in with an application object whose authority names that policy.",
  },
  90146: 28000,
  90182: 50148,
  90205: 650057,
  90225: 50126,
  90244: 90024,
};

/** What the AADB2C number of a description means, where it means something of its own. */
function b2cMeaning(description: string): AadstsMeaning | undefined {
  const meaning = b2cMeanings[Number(/^AADB2C(\d+)/.exec(description)?.[1])];
  return typeof meaning === "number" ? meanings[meaning] : meaning;
}

const byOAuthError: Readonly<Record<string, AadstsMeaning>> = {
  interaction_required: { code: "interaction_required", remedy: moreIsAsked, interactive: true },
  login_required: { code: "sign_in_required", remedy: signInAgain, interactive: true },
  consent_required: { code: "consent_required", remedy: userConsentIsMissing, interactive: true },
  access_denied: { code: "access_denied", remedy: "Tell the user what the application needs, and sign in again." },
  expired_token: { code: "device_code_expired", remedy: deviceCodeIsOver },
  invalid_grant: { code: "sign_in_required", remedy: signInAgain, interactive: true },
  invalid_client: {
    code: "invalid_client_secret",
    remedy: "Check client id {clientId} and its credential: the server does not accept them together.",
    reloadCredential: true,
  },
  invalid_scope: { code: "invalid_scope", remedy: "Ask for scopes that the server knows: it refused {scopes}." },
  invalid_target: {
    code: "resource_not_found",
    remedy: "Ask for a resource that the server knows: it refused {scopes}.",
  },
  unauthorized_client: {
    code: "request_rejected",
    remedy: "Have the server's operator allow application {clientId} this kind of request (its grant type).",
  },
  temporarily_unavailable: { code: "temporarily_unavailable", remedy: tryLater, retryable: true },
};

/** What an `invalid_grant` finds wrong, where nothing else says it: what the grant was made of. */
const byGrant: Readonly<Record<string, AadstsMeaning>> = {
  authorization_code: { code: "authorization_code_rejected", remedy: codeIsSpent },
  password: { code: "invalid_user_credential", remedy: userCredentialIsWrong },
  "urn:ietf:params:oauth:grant-type:device_code": { code: "device_code_expired", remedy: deviceCodeIsOver },
  "urn:ietf:params:oauth:grant-type:jwt-bearer": { code: "user_assertion_rejected", remedy: assertionIsWrong },
};

/** Entra's `suberror` of an `invalid_grant` → the OAuth error that says the same. */
const bySubError: Readonly<Record<string, string>> = {
  basic_action: "interaction_required",
  additional_action: "interaction_required",
  message_only: "interaction_required",
  user_password_expired: "interaction_required",
  consent_required: "consent_required",
  bad_token: "login_required",
  token_expired: "login_required",
};

/** What an error answer says of itself. */
export interface ErrorAnswer {
  readonly aadsts: number | undefined;
  readonly description?: string | undefined;
  readonly error: string | undefined;
  readonly subError: string | undefined;
  readonly status: number;
  readonly grantType: string | undefined;
}

/** What an error answer of a token endpoint means: by AADSTS or AADB2C number, then by status, then by `suberror`, `error` and grant. */
export function interpret({
  aadsts,
  description = "",
  error = "",
  subError = "",
  status,
  grantType = "",
}: ErrorAnswer): AadstsMeaning {
  const known = aadsts === undefined ? b2cMeaning(description) : meanings[aadsts];
  if (known?.remedy === certificateIsUnknown) {
    // Entra: one number for three findings; the words in brackets tell them apart.
    if (/key used is expired/.test(description)) return meanings[1000502] ?? known;
    if (/verify the signature failed|signature value did not match/.test(description)) {
      return { ...known, code: "certificate_key_mismatch", remedy: keyIsAnother };
    }
  }
  if (known) return known;
  if (status === 429) {
    return { code: "throttled", remedy: "Wait as long as retryAfterMs says, then try again.", retryable: true };
  }
  if (status >= 500 || status === 408) return { code: "temporarily_unavailable", remedy: tryLater, retryable: true };
  const word = (error === "invalid_grant" && own(bySubError, subError)) || error;
  const general = (word === "invalid_grant" && own(byGrant, grantType)) || own(byOAuthError, word);
  // A number says more than a word that many share, unless the word is that a person has to act.
  if (general && (aadsts === undefined || (general.interactive && word !== "invalid_grant"))) return general;
  return {
    code: "request_rejected",
    remedy:
      aadsts === undefined
        ? "Read the server's words above; they say what it refuses."
        : `Look up AADSTS${aadsts} at https://login.microsoftonline.com/error?code=${aadsts}.`,
  };
}

/** The entry of a table; a server's words may read like what every object has. */
function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** The AADSTS number of an error answer: from `error_codes`, which a program may rely on, else from the description. */
export function aadstsNumber(body: Readonly<Record<string, unknown>>): number | undefined {
  const { error_codes: codes, error_description: description } = body;
  if (Array.isArray(codes) && typeof codes[0] === "number") return codes[0];
  const match = typeof description === "string" ? /AADSTS(\d+)/.exec(description) : null;
  return match?.[1] === undefined ? undefined : Number(match[1]);
}
