import { Refusal } from "../../aadsts/aadsts.ts";
import type { Application } from "../../directory/applications/applicationProperties.ts";
import { findApplicationByAppId } from "../../directory/applications/applications.ts";
import { firstRedirect, registeredRedirect } from "../../directory/applications/uris/redirectUris.ts";
import type { CodeChallenge } from "../../directory/issuedTokens/authorizationCodes.ts";
import type { Tenant } from "../../directory/tenants/tenants.ts";
import { isAvailable } from "../adminConsent/consentRequest.ts";
import type { TokenServiceContext } from "../context.ts";
import { readChallenge } from "../grants/pkce.ts";
import { type ResolvedTenant, resolveTenant } from "../tenantSegment.ts";
import type { ResponseTarget } from "./authorizeResponse.ts";
import {
  checkResponseMode,
  effectiveResponseMode,
  type ResponseType,
  readResponseTypes,
  unknownResponseType,
} from "./responseTypes.ts";

const prompts = ["none", "login", "consent", "select_account", "admin_consent", "create"] as const;
export type Prompt = (typeof prompts)[number];

/** A request to the authorize endpoint whose response may be sent to the application. */
export interface AuthorizationRequest extends Recipient {
  readonly version: 1 | 2;
  /** Of a B2C-shaped authority. */
  readonly userFlow: string | undefined;
  /** Empty: the application only learns that the user signed in. */
  readonly responseTypes: ReadonlySet<ResponseType>;
  readonly scope: string;
  /** Version 1 only. */
  readonly resource: string | undefined;
  readonly prompt: Prompt | undefined;
  readonly loginHint: string | undefined;
  readonly sid: string | undefined;
  readonly maxAgeSeconds: number | undefined;
  readonly nonce: string | undefined;
  readonly claims: string | undefined;
  readonly challenge: CodeChallenge | undefined;
  readonly wantsClientInfo: boolean;
}

/** The application and where to send the response, including refusals. */
export interface Recipient {
  readonly application: Application;
  /** Absent if the path has a shared name: then it is the user's own. */
  readonly tenant: Tenant | undefined;
  readonly responseTarget: ResponseTarget;
}

/** What the path of a request determines. */
export interface AuthorizePath {
  readonly version: 1 | 2;
  readonly userFlow: string | undefined;
}

/** Its refusals are shown on a page, because the redirect URI cannot be trusted. */
export function readRecipient(context: TokenServiceContext, segment: string, query: URLSearchParams): Recipient {
  const { application, tenant } = readParties(context, segment, query);
  const sentUri = text(query, "redirect_uri");
  const redirect = sentUri === undefined ? firstRedirect(application) : registeredRedirect(application, sentUri);
  if (redirect === undefined) {
    throw untrustedRedirect(application, sentUri);
  }
  const mode = effectiveResponseMode(
    query.get("response_mode") ?? "",
    readResponseTypes(query.get("response_type") ?? ""),
  );
  return { application, tenant, responseTarget: { redirect, sentUri, mode, state: text(query, "state") } };
}

/** Its refusals are sent to the application. */
export function readAuthorizationRequest(
  recipient: Recipient,
  { version, userFlow }: AuthorizePath,
  query: URLSearchParams,
): AuthorizationRequest {
  const responseType = query.get("response_type") ?? "";
  const responseTypes = readResponseTypes(responseType);
  if (responseTypes === undefined) {
    throw unknownResponseType(responseType);
  }
  checkResponseTypes(recipient.application, version, responseTypes, query);
  checkResponseMode(query.get("response_mode") ?? "", responseTypes);
  if (userFlow !== undefined && responseType !== "code") {
    throw new Refusal("70005", { responseType }, "the user flows of this platform only return codes");
  }
  checkScope(version, query);
  return {
    ...recipient,
    version,
    userFlow,
    responseTypes,
    scope: query.get("scope") ?? "",
    resource: version === 1 ? text(query, "resource") : undefined,
    challenge: readChallenge(text(query, "code_challenge"), text(query, "code_challenge_method")),
    prompt: readPrompt(text(query, "prompt")),
    loginHint: text(query, "login_hint"),
    sid: text(query, "sid"),
    maxAgeSeconds: wholeNumber(query.get("max_age")),
    nonce: text(query, "nonce"),
    claims: text(query, "claims"),
    wantsClientInfo: query.get("client_info") === "1",
  };
}

function readParties(
  { directory }: TokenServiceContext,
  segment: string,
  query: URLSearchParams,
): Pick<Recipient, "application" | "tenant"> {
  const resolved = resolveTenant(directory, segment);
  if (resolved.kind === "unknown" || resolved.kind === "malformed") {
    const why = `no tenant "${segment}" exists on this platform; check id and domain`;
    throw new Refusal("90002", { tenant: segment }, why);
  }
  const appId = query.get("client_id") ?? "";
  if (appId === "") {
    throw new Refusal("900144", { name: "client_id" }, "the address has no client_id");
  }
  const application = findApplicationByAppId(directory, appId);
  const tenant = resolved.kind === "tenant" ? resolved.tenant : undefined;
  if (application === undefined || (tenant !== undefined && !isAvailable(application, tenant))) {
    const why =
      application === undefined
        ? "no application with this client id is registered; check client id and tenant"
        : "the application is registered in another tenant and for that tenant only";
    throw new Refusal("700016", { appId, tenant: tenant?.displayName ?? segment }, why);
  }
  checkSignInAudience(application, resolved);
  return { application, tenant };
}

/** Refuses an application that may not be used at a shared path. */
export function checkSignInAudience(application: Application, resolved: ResolvedTenant): void {
  if (resolved.kind !== "alias") {
    return;
  }
  const values = { appId: application.appId, appName: application.displayName };
  if (resolved.alias === "consumers") {
    throw new Refusal("9002332", values, "this platform has no personal accounts; use organizations or a tenant");
  }
  if (application.signInAudience === "AzureADMyOrg") {
    const why = `the registration's signInAudience is one tenant; use its id in place of ${resolved.alias}`;
    throw new Refusal("50194", values, why);
  }
}

function untrustedRedirect(application: Application, sentUri: string | undefined): Refusal {
  const { appId } = application;
  if (sentUri === undefined) {
    return new Refusal("900971", {}, "the address has no redirect_uri, and the application has none registered");
  }
  if (!URL.canParse(sentUri)) {
    return new Refusal("90102", { parameter: "redirect_uri" }, "redirect_uri is not an absolute URI");
  }
  const registered = [
    ...application.web.redirectUris,
    ...application.spa.redirectUris,
    ...application.publicClient.redirectUris,
  ];
  const why = `redirect_uri must be one of the registered ones, letter for letter: ${registered.join(", ") || "there are none"}`;
  return new Refusal("50011", { uri: sentUri, appId }, why);
}

function checkResponseTypes(
  { web }: Application,
  version: 1 | 2,
  types: ReadonlySet<ResponseType>,
  query: URLSearchParams,
): void {
  const { enableAccessTokenIssuance, enableIdTokenIssuance } = web.implicitGrantSettings;
  if (types.has("token") && !enableAccessTokenIssuance) {
    const why = "the registration's implicit grant does not allow access tokens; use response_type=code";
    throw new Refusal("700051", {}, why);
  }
  if (!types.has("id_token")) {
    return;
  }
  if (!enableIdTokenIssuance) {
    throw new Refusal("700054", {}, "the registration's implicit and hybrid flows do not allow ID tokens; enable them");
  }
  if (version === 2 && !(query.get("scope") ?? "").split(/\s+/).includes("openid")) {
    const responseType = query.get("response_type") ?? "";
    throw new Refusal("70005", { responseType }, "an ID token needs the scope openid");
  }
  if ((query.get("nonce") ?? "") === "") {
    throw new Refusal("90014", { field: "nonce" }, "an ID token from the authorize endpoint needs nonce");
  }
}

function checkScope(version: 1 | 2, query: URLSearchParams): void {
  if (version === 1) {
    return;
  }
  if (query.has("resource")) {
    const why = "resource belongs to /oauth2/authorize; /oauth2/v2.0/authorize takes scope";
    throw new Refusal("901002", {}, why);
  }
  if ((query.get("scope") ?? "").trim() === "") {
    throw new Refusal("900144", { name: "scope" }, "the address has no scope");
  }
}

function readPrompt(value: string | undefined): Prompt | undefined {
  const prompt = prompts.find((known) => known === value);
  if (value !== undefined && prompt === undefined) {
    const why = `prompt=${value} is unknown; use one of ${prompts.join(", ")}, or leave it out`;
    throw new Refusal("90023", {}, why);
  }
  return prompt;
}

function text(query: URLSearchParams, name: string): string | undefined {
  return query.get(name) || undefined;
}

function wholeNumber(value: string | null): number | undefined {
  return value !== null && /^\d{1,9}$/.test(value) ? Number(value) : undefined;
}
