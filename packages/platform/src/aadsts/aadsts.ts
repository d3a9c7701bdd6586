import { grantRows } from "./grantRows.ts";
import { signInRows } from "./signInRows.ts";

/**
 * The error codes of the token service as a table. After a run against a real tenant, correcting a row is enough.
 * `{name}` marks a slot. A key with a colon is a variant of the same number.
 *
 * `source`: D documented, I quoted from the real service in public, F recorded by MSAL.NET's tests in 2023-12,
 * K from knowledge, to be confirmed.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 */
const requestRows = {
  "28000": {
    error: "invalid_scope",
    status: 400,
    text: "Provided value for the input parameter scope is not valid because it contains more than one resource. Scope {scopes} is not valid.",
    hasErrorUri: true,
    source: "I",
  },
  "50011": {
    error: "invalid_request",
    status: 400,
    text: "The redirect URI '{uri}' specified in the request does not match the redirect URIs configured for the application '{appId}'. Make sure the redirect URI sent in the request matches one added to your application in the Azure portal. Navigate to https://aka.ms/redirectUriMismatchError to learn more about how to fix this.",
    hasErrorUri: true,
    source: "I",
  },
  "50020": {
    error: "invalid_grant",
    status: 400,
    text: "User account '{user}' from identity provider '{provider}' does not exist in tenant '{tenant}' and cannot access the application '{appId}'({appName}) in that tenant. The account needs to be added as an external user in the tenant first. Sign out and sign in again with a different Azure Active Directory user account.",
    hasErrorUri: true,
    source: "D",
  },
  "50027": {
    error: "invalid_request",
    status: 400,
    text: "JWT token is invalid or malformed.",
    hasErrorUri: true,
    source: "F",
  },
  "50048": {
    error: "invalid_client",
    status: 401,
    text: "Subject mismatches Issuer claim in the client assertion.",
    hasErrorUri: true,
    source: "D; status K",
  },
  "50049": {
    error: "invalid_instance",
    status: 400,
    text: "Unknown or invalid instance.",
    hasErrorUri: true,
    source: "M",
  },
  "50057": {
    error: "invalid_grant",
    status: 400,
    text: "The user account is disabled.",
    hasErrorUri: true,
    source: "D",
  },
  "50059": {
    error: "invalid_request",
    status: 400,
    text: "No tenant-identifying information found in either the request or implied by any provided credentials.",
    hasErrorUri: true,
    source: "D",
  },
  "50126": {
    error: "invalid_grant",
    status: 400,
    text: "Error validating credentials due to invalid username or password.",
    hasErrorUri: true,
    source: "D",
  },
  "50000": { error: "server_error", status: 500, text: "TokenIssuanceError.", hasErrorUri: true, source: "D" },
  "65004": {
    error: "access_denied",
    status: 400,
    text: "User declined to consent to access the app.",
    hasErrorUri: true,
    source: "I",
  },
  "70003": {
    error: "unsupported_grant_type",
    status: 400,
    text: "The app requested an unsupported grant type '{grantType}'.",
    hasErrorUri: true,
    source: "D",
  },
  "70011": {
    error: "invalid_scope",
    status: 400,
    text: "The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope {scope} is not valid.",
    hasErrorUri: false,
    source: "I",
  },
  "90002": {
    error: "invalid_request",
    status: 400,
    text: "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.",
    hasErrorUri: true,
    source: "I",
  },
  "90002:discovery": {
    error: "invalid_tenant",
    status: 400,
    text: "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.",
    hasErrorUri: true,
    source: "I",
  },
  "90013": {
    error: "invalid_request",
    status: 400,
    text: "Invalid request. Request is malformed or invalid.",
    hasErrorUri: true,
    source: "D",
  },
  "90014": {
    error: "invalid_request",
    status: 400,
    text: "The required field '{field}' is missing from the credential. Ensure that you have all the necessary parameters for the login request.",
    hasErrorUri: true,
    source: "I",
  },
  "90093": {
    error: "access_denied",
    status: 403,
    text: "This operation can only be performed by an administrator. Sign out and sign in as an administrator or contact one of your organization's administrators.",
    hasErrorUri: true,
    source: "K",
  },
  "500011": {
    error: "invalid_resource",
    status: 400,
    text: "The resource principal named {resource} was not found in the tenant named {tenant}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.",
    hasErrorUri: true,
    source: "I",
  },
  "50001": {
    error: "invalid_resource",
    status: 400,
    text: "Resource identifier is not provided.",
    hasErrorUri: true,
    source: "I 2016",
  },
  "501051": {
    error: "invalid_grant",
    status: 400,
    text: "Application '{appId}'({appName}) is not assigned to a role for the application '{resource}'({resourceName}).",
    hasErrorUri: true,
    source: "I",
  },
  "500014": {
    error: "invalid_resource",
    status: 400,
    text: "The service principal for resource '{resource}' is disabled. This indicate that a subscription within the tenant has lapsed, or that the administrator for this tenant has disabled the application, preventing tokens from being issued for it.",
    hasErrorUri: true,
    source: "K",
  },
  "650053": {
    error: "invalid_client",
    status: 400,
    text: "The application '{appName}' asked for scope '{scope}' that doesn't exist on the resource '{resource}'. Contact the app vendor.",
    hasErrorUri: true,
    source: "D",
  },
  "700016": {
    error: "unauthorized_client",
    status: 400,
    text: "Application with identifier '{appId}' was not found in the directory '{tenant}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.",
    hasErrorUri: true,
    source: "F",
  },
  "700021": {
    error: "invalid_client",
    status: 401,
    text: "Client assertion application identifier doesn't match 'client_id' parameter. Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials .",
    hasErrorUri: true,
    source: "F, link of 2024-10",
  },
  "700023": {
    error: "invalid_client",
    status: 401,
    text: "Client assertion audience claim does not match Realm issuer. Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials .",
    hasErrorUri: true,
    source: "I, link of 2024-10",
  },
  "700024": {
    error: "invalid_client",
    status: 401,
    text: "Client assertion is not within its valid time range. Current time: {now}, assertion valid from {notBefore}, expiry time of assertion {expiry}. Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials .",
    hasErrorUri: true,
    source: "I",
  },
  "700025": {
    error: "invalid_client",
    status: 401,
    text: "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
    hasErrorUri: true,
    source: "I",
  },
  "700027:notRegistered": {
    error: "invalid_client",
    status: 401,
    text: "The certificate with identifier used to sign the client assertion is not registered on application. [Reason - The key was not found., {thumbprint}Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see configured keys for app Id '{appId}'. Review the documentation at https://docs.microsoft.com/en-us/graph/deployments to determine the corresponding service endpoint and https://docs.microsoft.com/en-us/graph/api/application-get?view=graph-rest-1.0&tabs=http to build a query request URL, such as 'https://graph.microsoft.com/beta/applications/{appId}'].",
    hasErrorUri: true,
    source: "I",
  },
  "700027:expired": {
    error: "invalid_client",
    status: 401,
    text: "Client assertion contains an invalid signature. [Reason - The key used is expired., Thumbprint of key used by client: '{thumbprint}', Found key 'Start={start}, End={end}']",
    hasErrorUri: true,
    source: "I; date form K",
  },
  "700027:signature": {
    error: "invalid_client",
    status: 401,
    text: "Client assertion contains an invalid signature. [Reason - Key was found, but use of the key to verify the signature failed., Thumbprint of key used by client: '{thumbprint}', Found key 'Start={start}, End={end}']",
    hasErrorUri: true,
    source: "I for AADSTS50013 (microsoftgraph/msgraph-sdk-php#1585); the words before the bracket as in :expired",
  },
  "900144": {
    error: "invalid_request",
    status: 400,
    text: "The request body must contain the following parameter: '{name}'.",
    hasErrorUri: true,
    source: "I",
  },
  "900023": {
    error: "invalid_request",
    status: 400,
    text: "Specified tenant identifier '{tenant}' is neither a valid DNS name, nor a valid external domain.",
    hasErrorUri: true,
    source: "F",
  },
  "900561": {
    error: "invalid_request",
    status: 400,
    text: "The endpoint only accepts POST, OPTIONS requests. Received a {method} request.",
    hasErrorUri: true,
    source: "I; status K",
  },
  "901002": {
    error: "invalid_request",
    status: 400,
    text: "The 'resource' request parameter is not supported.",
    hasErrorUri: true,
    source: "I",
  },
  "1002012": {
    error: "invalid_scope",
    status: 400,
    text: "The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).",
    hasErrorUri: false,
    source: "I",
  },
  "5002723": {
    error: "invalid_client",
    status: 401,
    text: "Invalid JWT token. No certificate SHA-1 thumbprint, certificate SHA-256 thumbprint, nor keyId specified in token header.",
    hasErrorUri: true,
    source: "F; status K",
  },
  "5002738": {
    error: "invalid_client",
    status: 401,
    text: "Invalid JWT token. '{algorithm}' is not a supported signature algorithm. Supported signing algorithms are: '{supported}'",
    hasErrorUri: true,
    source: "F; status K",
  },
  "7000112": {
    error: "unauthorized_client",
    status: 400,
    text: "Application '{appId}'({appName}) is disabled.",
    hasErrorUri: true,
    source: "I",
  },
  "7000215": {
    error: "invalid_client",
    status: 401,
    text: "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{appId}'.",
    hasErrorUri: true,
    source: "I",
  },
  "7000216": {
    error: "invalid_client",
    status: 401,
    text: "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
    hasErrorUri: true,
    source: "I",
  },
  "7000222": {
    error: "invalid_client",
    status: 401,
    text: "The provided client secret keys for app '{appId}' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds.",
    hasErrorUri: true,
    source: "I",
  },
  "7000229": {
    error: "unauthorized_client",
    status: 400,
    text: "The client application {appId} is missing service principal in the tenant {tenant}. See instructions here: https://go.microsoft.com/fwlink/?linkid=2225119",
    hasErrorUri: true,
    source: "K",
  },
} as const;

export const aadsts: typeof requestRows & typeof signInRows & typeof grantRows = {
  ...requestRows,
  ...signInRows,
  ...grantRows,
};

export type AadstsKey = keyof typeof aadsts;

type SlotsOf<Text extends string> = Text extends `${string}{${infer Slot}}${infer Rest}` ? Slot | SlotsOf<Rest> : never;

/** The values a row's text needs. */
export type AadstsValues<Key extends AadstsKey> = { readonly [Slot in SlotsOf<(typeof aadsts)[Key]["text"]>]: string };

export interface AadstsRow {
  readonly error: string;
  readonly status: 400 | 401 | 403 | 500;
  readonly text: string;
  /** Whether Microsoft's lookup page knows the code; only then does the response carry `error_uri`. */
  readonly hasErrorUri: boolean;
  /** Lets clients distinguish the cases of one error. */
  readonly suberror?: string;
  /** A claims challenge as JSON text. The client repeats it in its next request. */
  readonly claims?: string;
  readonly source: string;
}

/**
 * A refusal of the token service: the row, its text with the slots filled in, and the reason in plain words for the
 * platform's own log. Thrown where the reason is known, caught by the endpoint that answers. It is no `Error`: a
 * refusal is a response, and a stack trace would cost more than the rest of it.
 */
export class Refusal<Key extends AadstsKey = AadstsKey> {
  readonly code: number;
  readonly error: string;
  readonly status: 400 | 401 | 403 | 500;
  /** Without the code at its start and the trailer at its end. */
  readonly text: string;
  readonly hasErrorUri: boolean;
  readonly suberror?: string | undefined;
  readonly claims?: string | undefined;
  readonly why: string;

  constructor(key: Key, values: AadstsValues<Key>, why: string) {
    const { error, status, text, hasErrorUri, suberror, claims }: AadstsRow = aadsts[key];
    const slots: Readonly<Record<string, string>> = values;
    this.code = Number.parseInt(key, 10);
    this.error = error;
    this.status = status;
    this.text = text.replace(/\{(\w+)\}/g, (_, slot: string) => slots[slot] ?? "");
    this.hasErrorUri = hasErrorUri;
    this.suberror = suberror;
    this.claims = claims;
    this.why = why;
  }
}

/** Returns a caught value if it is a refusal, and rethrows anything else. */
export function refusalOf(caught: unknown): Refusal {
  if (caught instanceof Refusal) {
    return caught;
  }
  throw caught;
}

/** An instant as .NET prints it in error texts: with seven digits of a second. Clamped to the years 1970 to 9999. */
export function ticks(instantMs: number): string {
  const clamped = Math.min(Math.max(instantMs, 0), 253_402_300_799_999);
  return new Date(clamped).toISOString().replace("Z", "0000Z");
}
