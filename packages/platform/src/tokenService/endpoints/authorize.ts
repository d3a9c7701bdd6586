import { Refusal, refusalOf } from "../../aadsts/aadsts.ts";
import { findServicePrincipalByAppId } from "../../directory/servicePrincipals/servicePrincipals.ts";
import { openExchange } from "../../http/exchange.ts";
import { methodNotAllowed, type PlainResponse } from "../../http/plainHttp.ts";
import {
  isSessionToken,
  listSignedIn,
  listSilentlySignedIn,
  untrustedPostReason,
} from "../../signIn/browserSession.ts";
import { errorPage } from "../../signIn/page/errorPage.ts";
import { handleSignInForm, redirectAfterForm } from "../../signIn/signInForm.ts";
import { signInPage } from "../../signIn/signInPage.ts";
import {
  type AuthorizationRequest,
  type AuthorizePath,
  type Recipient,
  readAuthorizationRequest,
  readRecipient,
} from "../authorize/authorizationRequest.ts";
import { type ResponseTarget, refusalParameters, sendAuthorizeResponse } from "../authorize/authorizeResponse.ts";
import { type AdmittedUser, type Decision, decide } from "../authorize/decision.ts";
import { declined, grantResponse } from "../authorize/grantResponse.ts";
import {
  accountPickerPage,
  anotherAccountForm,
  approvalPage,
  formTargets,
  userConsentPage,
} from "../authorize/pages.ts";
import { recordVisit, targetWith, type Visit } from "../authorize/visit.ts";
import { storeConsent, withIdentity } from "../consent/userConsent.ts";
import { readForm } from "../tokenRequest.ts";
import { findUserFlow, unknownUserFlow } from "../userFlows/userFlow.ts";
import type { Endpoint } from "./endpoint.ts";

export const authorizeVersion2: Endpoint = authorize(2, "/{tenant}/oauth2/v2.0/authorize");
export const authorizeVersion1: Endpoint = authorize(1, "/{tenant}/oauth2/authorize");
export const authorizeOfUserFlow: Endpoint = authorize(2, "/{tenant}/{policy}/oauth2/v2.0/authorize");

/** The first step of a sign-in with a browser. @see RFC 6749 section 4.1.1, OpenID Connect Core 1.0 section 3 */
function authorize(version: 1 | 2, path: string): Endpoint {
  return {
    method: "ALL",
    path,
    async handle(context, request, { tenant = "", policy }) {
      const userFlow = policy === undefined ? undefined : findUserFlow(context, tenant, policy)?.name;
      if (policy !== undefined && userFlow === undefined) {
        return unknownUserFlow();
      }
      // HEAD is refused too: a program that only checks the address must not be issued a code.
      if (request.method !== "GET" && request.method !== "POST") {
        return methodNotAllowed("GET, POST");
      }
      const form = request.method === "POST" ? await readForm(request) : undefined;
      const exchange = openExchange(context, request, form);
      if (form?.has("client_id")) {
        // The application's page posted the request itself. A redirect makes it an address, as the following pages
        // need.
        const query = new URLSearchParams([...exchange.url.searchParams, ...form]);
        return redirectAfterForm(`${exchange.url.pathname}?${query}`);
      }
      const visit: Visit = { context, exchange, target: `${exchange.url.pathname}${exchange.url.search}` };
      try {
        const recipient = readRecipient(context, tenant, exchange.url.searchParams);
        return await answerTo(recipient, visit, { version, userFlow }, form);
      } catch (error) {
        return showRefusal(visit, refusalOf(error));
      }
    },
  };
}

/** From here on refusals are sent to the application, unless the user can fix them. */
async function answerTo(
  recipient: Recipient,
  visit: Visit,
  path: AuthorizePath,
  form: ReadonlyMap<string, string> | undefined,
): Promise<PlainResponse> {
  try {
    const request = readAuthorizationRequest(recipient, path, visit.exchange.url.searchParams);
    return await (form === undefined ? show(visit, request) : handleForm(visit, request, form));
  } catch (error) {
    return sendRefusal(visit, recipient.responseTarget, refusalOf(error));
  }
}

function decideNow({ context, exchange }: Visit, request: AuthorizationRequest): Decision {
  const list = request.prompt === "none" ? listSilentlySignedIn : listSignedIn;
  return decide(context, request, list(context, exchange.request));
}

function show(visit: Visit, request: AuthorizationRequest): PlainResponse | Promise<PlainResponse> {
  const { context, exchange, target } = visit;
  const decision = decideNow(visit, request);
  const frame = { request, target };
  switch (decision.kind) {
    case "signIn": {
      const { userPrincipalName } = decision;
      const purpose = purposeOf(request);
      return signInPage(context, { target, purpose, userPrincipalName, formTargets: formTargets(request) });
    }
    case "pick":
      return accountPickerPage(context, frame, decision.accounts);
    case "refusal": {
      const more = anotherAccountForm(decision.signedIn, target);
      return showRefusal(visit, decision.refusal, { more, formTargets: formTargets(request) });
    }
    case "consent":
      return userConsentPage(context, frame, decision.admittedUser, decision.items, decision.forEveryone);
    case "approval": {
      const names = decision.items.flatMap(({ scopes }) => scopes.map((scope) => scope.value)).join(", ");
      const refusal = new Refusal(
        "90094",
        {},
        `${names}: you may not consent to this, but an administrator of the tenant may`,
      );
      recordVisit(visit, { status: refusal.status, why: `AADSTS90094: ${refusal.why}`, aadsts: refusal.code });
      return approvalPage(context, exchange, frame, decision.admittedUser, decision.items, refusal);
    }
    case "ready":
      return response(visit, request, decision.admittedUser);
  }
}

async function handleForm(
  visit: Visit,
  request: AuthorizationRequest,
  form: ReadonlyMap<string, string>,
): Promise<PlainResponse> {
  const { context, exchange, target } = visit;
  const foreign = untrustedPostReason(exchange);
  if (foreign !== undefined) {
    return showRefusal(visit, new Refusal("90013", {}, foreign));
  }
  const page = { ...visit, purpose: purposeOf(request), formTargets: formTargets(request) };
  const next = ({ userPrincipalName }: { readonly userPrincipalName: string }): string =>
    targetWith(target, { prompt: promptAfterSignIn(request), login_hint: userPrincipalName, max_age: undefined });
  const signingIn = handleSignInForm({ ...page, next }, form);
  if (signingIn !== undefined) {
    return signingIn;
  }
  const [first, ...others] = listSignedIn(context, exchange.request);
  if (first === undefined) {
    return signInPage(context, { ...page, problem: "Your session has ended." });
  }
  if (!isSessionToken(first.session, form.get("token"))) {
    const why = "the form does not carry the token of your session; open the page again";
    return showRefusal(visit, new Refusal("90013", {}, why));
  }
  if (form.get("action") === "another") {
    return redirectAfterForm(targetWith(target, { prompt: "login", login_hint: undefined }));
  }
  const picked = [first, ...others].find(({ user }) => user.id === form.get("account"));
  if (picked !== undefined) {
    const { userPrincipalName } = picked.user;
    return redirectAfterForm(targetWith(target, { prompt: promptAfterSignIn(request), login_hint: userPrincipalName }));
  }
  return handleConsent(visit, request, form);
}

async function handleConsent(
  visit: Visit,
  request: AuthorizationRequest,
  form: ReadonlyMap<string, string>,
): Promise<PlainResponse> {
  const { context } = visit;
  const decision = decideNow(visit, request);
  if (form.get("action") === "decline" && (decision.kind === "consent" || decision.kind === "approval")) {
    return sendRefusal(visit, request.responseTarget, declined(context));
  }
  if (form.get("action") !== "accept" || decision.kind !== "consent") {
    return show(visit, request);
  }
  const { admittedUser, items } = decision;
  const parties = { ...admittedUser, user: admittedUser.signedIn.user, application: request.application };
  const granted = withIdentity(context, parties, admittedUser.requested, items);
  const forEveryone = decision.forEveryone && form.get("organization") === "yes";
  const client = storeConsent(context, parties, granted, forEveryone);
  const permissions = granted.flatMap(({ scopes }) => scopes.map((scope) => scope.value));
  const grantee = forEveryone ? `everyone in ${admittedUser.tenant.displayName}` : parties.user.userPrincipalName;
  recordVisit(visit, {
    type: "consent",
    status: 302,
    why: `${request.application.displayName} may use ${permissions.join(", ")} for ${grantee}`,
    tenantId: admittedUser.tenant.id,
    userId: parties.user.id,
    permissions,
  });
  return response(visit, request, { ...admittedUser, client });
}

async function response(
  visit: Visit,
  request: AuthorizationRequest,
  admittedUser: AdmittedUser,
): Promise<PlainResponse> {
  const { context } = visit;
  const { application, responseTarget } = request;
  const { signedIn, tenant } = admittedUser;
  const { user, session } = signedIn;
  const client = admittedUser.client ?? findServicePrincipalByAppId(context.directory, tenant.id, application.appId);
  // An application without permissions needs no consent, but is still added to the tenant with its first user.
  const present = client ?? storeConsent(context, { tenant, application, client, user }, [], false);
  const parameters = await grantResponse(context, request, admittedUser, present);
  context.sessions.use(session, user.id, application.appId);
  const what = [...request.responseTypes].join(" and ") || "nothing but the state";
  recordVisit(visit, {
    status: responseTarget.mode === "form_post" ? 200 : 302,
    why: `${user.userPrincipalName} signed in to ${application.displayName} with ${what}, by ${responseTarget.mode}`,
    tenantId: tenant.id,
    userId: user.id,
  });
  return sendAuthorizeResponse(context, responseTarget, parameters);
}

function sendRefusal(
  visit: Visit,
  responseTarget: ResponseTarget,
  refusal: Refusal,
): PlainResponse | Promise<PlainResponse> {
  const { context, exchange } = visit;
  const status = responseTarget.mode === "form_post" ? 200 : 302;
  recordVisit(visit, { status, why: `AADSTS${refusal.code}: ${refusal.why}`, aadsts: refusal.code });
  return sendAuthorizeResponse(
    context,
    responseTarget,
    refusalParameters(context, exchange, refusal, responseTarget.state),
  );
}

function showRefusal(
  visit: Visit,
  refusal: Refusal,
  options: Parameters<typeof errorPage>[3] = {},
): Promise<PlainResponse> {
  recordVisit(visit, { status: refusal.status, why: `AADSTS${refusal.code}: ${refusal.why}`, aadsts: refusal.code });
  return errorPage(visit.context, visit.exchange, refusal, options);
}

/** The prompt that remains after signing in: the one for consent. */
function promptAfterSignIn({ prompt }: AuthorizationRequest): string | undefined {
  return prompt === "consent" || prompt === "admin_consent" ? prompt : undefined;
}

function purposeOf({ application }: AuthorizationRequest): string {
  return `“${application.displayName}”`;
}
