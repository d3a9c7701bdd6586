import { type Refusal, refuse } from "../../aadsts/aadsts.ts";
import type { Application } from "../../directory/applications/applicationProperties.ts";
import { findApplicationByAppId } from "../../directory/applications/applications.ts";
import { firstRedirect, registeredRedirect } from "../../directory/applications/redirectUris.ts";
import type { CodeChallenge } from "../../directory/issuedTokens/authorizationCodes.ts";
import type { Tenant } from "../../directory/tenants/tenants.ts";
import { isAvailable } from "../adminConsent/consentRequest.ts";
import type { TokenServiceContext } from "../context.ts";
import { readChallenge } from "../grants/pkce.ts";
import { type ResolvedTenant, resolveTenant } from "../tenantSegment.ts";
import type { Reply } from "./reply.ts";
import { type ResponseType, readResponseMode, readResponseTypes } from "./responseTypes.ts";

const prompts = ["none", "login", "consent", "select_account", "admin_consent", "create"] as const;
export type Prompt = (typeof prompts)[number];

/** A request to the authorize endpoint whose answer may be sent to the application. */
export interface AuthorizationRequest {
  readonly kind: "request";
  readonly version: 1 | 2;
  /** Of a B2C-shaped authority. */
  readonly userFlow: string | undefined;
  readonly application: Application;
  /** Absent when the path names a shared name: the user's own counts. */
  readonly tenant: Tenant | undefined;
  readonly reply: Reply;
  /** Empty: only the fact that the user signed in. */
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

/** A refusal that the application may be told. */
export interface RefusedRequest {
  readonly kind: "refusedRequest";
  readonly reply: Reply;
  readonly refusal: Refusal;
}

/** What the path of a request says. */
export interface AuthorizePath {
  readonly version: 1 | 2;
  /** The first segment. */
  readonly segment: string;
  readonly userFlow: string | undefined;
}

/** A `Refusal` is for a page: the redirect URI cannot be trusted. */
export function readAuthorizationRequest(
  context: TokenServiceContext,
  { version, segment, userFlow }: AuthorizePath,
  query: URLSearchParams,
): Refusal | RefusedRequest | AuthorizationRequest {
  const party = readParties(context, segment, query);
  if (party.kind === "refused") {
    return party;
  }
  const { application, tenant } = party;
  const sentUri = text(query, "redirect_uri");
  const redirect = sentUri === undefined ? firstRedirect(application) : registeredRedirect(application, sentUri);
  if (redirect === undefined) {
    return refuseRedirect(application, sentUri);
  }
  const types = readResponseTypes(query.get("response_type") ?? "");
  const mode = readResponseMode(query.get("response_mode") ?? "", types);
  const reply: Reply = { redirect, sentUri, mode: mode.used, state: text(query, "state") };
  const scope = query.get("scope") ?? "";
  const challenge = readChallenge(text(query, "code_challenge"), text(query, "code_challenge_method"));
  const prompt = text(query, "prompt");
  const refusal =
    (types.kind === "refused" ? types : checkResponseTypes(application, version, types.types, query)) ??
    mode.refusal ??
    (userFlow === undefined || query.get("response_type") === "code" ? undefined : onlyCodes(query)) ??
    checkScope(version, scope, query) ??
    (challenge.kind === "refused" ? challenge : undefined) ??
    (prompt === undefined || isPrompt(prompt)
      ? undefined
      : refuse("90023", {}, `prompt=${prompt} is not known; it is one of ${prompts.join(", ")}, or left out`));
  if (refusal !== undefined || types.kind === "refused" || challenge.kind === "refused") {
    return { kind: "refusedRequest", reply, refusal: refusal ?? refuse("90013", {}, "the request cannot be read") };
  }
  return {
    kind: "request",
    version,
    userFlow,
    application,
    tenant,
    reply,
    responseTypes: types.types,
    scope,
    resource: version === 1 ? text(query, "resource") : undefined,
    prompt: prompt !== undefined && isPrompt(prompt) ? prompt : undefined,
    loginHint: text(query, "login_hint"),
    sid: text(query, "sid"),
    maxAgeSeconds: wholeNumber(query.get("max_age")),
    nonce: text(query, "nonce"),
    claims: text(query, "claims"),
    challenge: challenge.challenge,
    wantsClientInfo: query.get("client_info") === "1",
  };
}

interface Parties {
  readonly kind: "parties";
  readonly application: Application;
  readonly tenant: Tenant | undefined;
}

function readParties({ directory }: TokenServiceContext, segment: string, query: URLSearchParams): Refusal | Parties {
  const resolved = resolveTenant(directory, segment);
  if (resolved.kind === "unknown" || resolved.kind === "malformed") {
    return refuse("90002", { tenant: segment }, `no tenant "${segment}" exists on this platform; check id and domain`);
  }
  const appId = query.get("client_id") ?? "";
  if (appId === "") {
    return refuse("900144", { name: "client_id" }, "the address has no client_id");
  }
  const application = findApplicationByAppId(directory, appId);
  const tenant = resolved.kind === "tenant" ? resolved.tenant : undefined;
  if (application === undefined || (tenant !== undefined && !isAvailable(application, tenant))) {
    const why =
      application === undefined
        ? "no application with this client id is registered; check client id and tenant"
        : "the application is registered in another tenant and for that tenant only";
    return refuse("700016", { appId, tenant: tenant?.displayName ?? segment }, why);
  }
  return checkSignInAudience(application, resolved) ?? { kind: "parties", application, tenant };
}

/** Whether the application may be asked for at a shared path. */
export function checkSignInAudience(application: Application, resolved: ResolvedTenant): Refusal | undefined {
  if (resolved.kind !== "alias") {
    return undefined;
  }
  const values = { appId: application.appId, appName: application.displayName };
  if (resolved.alias === "consumers") {
    return refuse("9002332", values, "this platform has no personal accounts; use organizations or a tenant");
  }
  return application.signInAudience === "AzureADMyOrg"
    ? refuse(
        "50194",
        values,
        `the registration's signInAudience is one tenant; use its id in place of ${resolved.alias}`,
      )
    : undefined;
}

function refuseRedirect(application: Application, sentUri: string | undefined): Refusal {
  const { appId } = application;
  if (sentUri === undefined) {
    return refuse("900971", {}, "the address has no redirect_uri, and the application has none registered");
  }
  if (!URL.canParse(sentUri)) {
    return refuse("90102", { parameter: "redirect_uri" }, "redirect_uri is no absolute URI");
  }
  const registered = [
    ...application.web.redirectUris,
    ...application.spa.redirectUris,
    ...application.publicClient.redirectUris,
  ];
  const why = `redirect_uri must be one of the registered ones, letter for letter: ${registered.join(", ") || "there are none"}`;
  return refuse("50011", { uri: sentUri, appId }, why);
}

function checkResponseTypes(
  { web }: Application,
  version: 1 | 2,
  types: ReadonlySet<ResponseType>,
  query: URLSearchParams,
): Refusal | undefined {
  const { enableAccessTokenIssuance, enableIdTokenIssuance } = web.implicitGrantSettings;
  if (types.has("token") && !enableAccessTokenIssuance) {
    return refuse(
      "700051",
      {},
      "the registration's implicit grant does not give access tokens; use response_type=code",
    );
  }
  if (!types.has("id_token")) {
    return undefined;
  }
  if (!enableIdTokenIssuance) {
    return refuse("700054", {}, "the registration's implicit and hybrid flows do not give ID tokens; switch them on");
  }
  if (version === 2 && !(query.get("scope") ?? "").split(/\s+/).includes("openid")) {
    const responseType = query.get("response_type") ?? "";
    return refuse("70005", { responseType }, "an ID token needs the scope openid");
  }
  return (query.get("nonce") ?? "") === ""
    ? refuse("90014", { field: "nonce" }, "an ID token from the authorize endpoint needs nonce")
    : undefined;
}

function checkScope(version: 1 | 2, scope: string, query: URLSearchParams): Refusal | undefined {
  if (version === 1) {
    return undefined;
  }
  if (query.has("resource")) {
    return refuse("901002", {}, "resource belongs to /oauth2/authorize; /oauth2/v2.0/authorize takes scope");
  }
  return scope.trim() === "" ? refuse("900144", { name: "scope" }, "the address has no scope") : undefined;
}

function onlyCodes(query: URLSearchParams): Refusal {
  const responseType = query.get("response_type") ?? "";
  return refuse("70005", { responseType }, "the user flows of this platform give codes only");
}

function isPrompt(value: string): value is Prompt {
  return (prompts as readonly string[]).includes(value);
}

function text(query: URLSearchParams, name: string): string | undefined {
  return query.get(name) || undefined;
}

function wholeNumber(value: string | null): number | undefined {
  return value !== null && /^\d{1,9}$/.test(value) ? Number(value) : undefined;
}
