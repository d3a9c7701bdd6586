import { Refusal, refusalOf } from "../../aadsts/aadsts.ts";
import { findServicePrincipalByAppId } from "../../directory/servicePrincipals/servicePrincipals.ts";
import { openExchange } from "../../http/exchange.ts";
import { methodNotAllowed, type PlainResponse } from "../../http/plainHttp.ts";
import { foreignPost, isSessionToken, listSignedIn, listSilentlySignedIn } from "../../signIn/browserSession.ts";
import { errorPage } from "../../signIn/page/errorPage.ts";
import { backTo, takeSignInForm } from "../../signIn/signInForm.ts";
import { signInPage } from "../../signIn/signInPage.ts";
import {
  type AuthorizationRequest,
  type AuthorizePath,
  type Recipient,
  readAuthorizationRequest,
  readRecipient,
} from "../authorize/authorizationRequest.ts";
import { type Decision, decide, type Person } from "../authorize/decision.ts";
import { declined, grantResponse } from "../authorize/grantResponse.ts";
import {
  accountPickerPage,
  anotherAccountForm,
  approvalPage,
  formTargets,
  userConsentPage,
} from "../authorize/pages.ts";
import { type Reply, refusalParameters, sendReply } from "../authorize/reply.ts";
import { recordVisit, targetWith, type Visit } from "../authorize/visit.ts";
import { giveConsent, withIdentity } from "../consent/userConsent.ts";
import { readForm } from "../tokenRequest.ts";
import { findUserFlow, unknownUserFlow } from "../userFlows/userFlow.ts";
import type { Endpoint } from "./endpoint.ts";

export const authorizeVersion2: Endpoint = authorize(2, "/{tenant}/oauth2/v2.0/authorize");
export const authorizeVersion1: Endpoint = authorize(1, "/{tenant}/oauth2/authorize");
export const authorizeOfUserFlow: Endpoint = authorize(2, "/{tenant}/{policy}/oauth2/v2.0/authorize");

/** The first leg of a sign-in with a browser. @see RFC 6749 section 4.1.1, OpenID Connect Core 1.0 section 3 */
function authorize(version: 1 | 2, path: string): Endpoint {
  return {
    method: "ALL",
    path,
    async handle(context, request, { tenant = "", policy }) {
      const userFlow = policy === undefined ? undefined : findUserFlow(context, tenant, policy)?.name;
      if (policy !== undefined && userFlow === undefined) {
        return unknownUserFlow();
      }
      // HEAD, too: a program that only looks at the address must not be given a code.
      if (request.method !== "GET" && request.method !== "POST") {
        return methodNotAllowed("GET, POST");
      }
      const form = request.method === "POST" ? await readForm(request) : undefined;
      const exchange = openExchange(context, request, form);
      if (form?.has("client_id")) {
        // The request itself, posted by the application's page: the pages that follow are found again by their address.
        const query = new URLSearchParams([...exchange.url.searchParams, ...form]);
        return backTo(`${exchange.url.pathname}?${query}`);
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

/** From here on the application is told of a refusal, unless a person can do something about it. */
async function answerTo(
  recipient: Recipient,
  visit: Visit,
  path: AuthorizePath,
  form: ReadonlyMap<string, string> | undefined,
): Promise<PlainResponse> {
  try {
    const request = readAuthorizationRequest(recipient, path, visit.exchange.url.searchParams);
    return await (form === undefined ? show(visit, request) : takeForm(visit, request, form));
  } catch (error) {
    return tellApplication(visit, recipient.reply, refusalOf(error));
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
      return userConsentPage(context, frame, decision.person, decision.items, decision.forEverybody);
    case "approval": {
      const names = decision.items.flatMap(({ scopes }) => scopes.map((scope) => scope.value)).join(", ");
      const refusal = new Refusal(
        "90094",
        {},
        `${names}: you may not consent to this, an administrator of the tenant may`,
      );
      recordVisit(visit, { status: refusal.status, why: `AADSTS90094: ${refusal.why}`, aadsts: refusal.code });
      return approvalPage(context, exchange, frame, decision.person, decision.items, refusal);
    }
    case "ready":
      return response(visit, request, decision.person);
  }
}

async function takeForm(
  visit: Visit,
  request: AuthorizationRequest,
  form: ReadonlyMap<string, string>,
): Promise<PlainResponse> {
  const { context, exchange, target } = visit;
  const foreign = foreignPost(exchange);
  if (foreign !== undefined) {
    return showRefusal(visit, new Refusal("90013", {}, foreign));
  }
  const page = { ...visit, purpose: purposeOf(request), formTargets: formTargets(request) };
  const next = ({ userPrincipalName }: { readonly userPrincipalName: string }): string =>
    targetWith(target, { prompt: promptAfterSignIn(request), login_hint: userPrincipalName, max_age: undefined });
  const signingIn = takeSignInForm({ ...page, next }, form);
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
    return backTo(targetWith(target, { prompt: "login", login_hint: undefined }));
  }
  const picked = [first, ...others].find(({ user }) => user.id === form.get("account"));
  if (picked !== undefined) {
    const { userPrincipalName } = picked.user;
    return backTo(targetWith(target, { prompt: promptAfterSignIn(request), login_hint: userPrincipalName }));
  }
  return takeConsent(visit, request, form);
}

async function takeConsent(
  visit: Visit,
  request: AuthorizationRequest,
  form: ReadonlyMap<string, string>,
): Promise<PlainResponse> {
  const { context } = visit;
  const decision = decideNow(visit, request);
  if (form.get("action") === "decline" && (decision.kind === "consent" || decision.kind === "approval")) {
    return tellApplication(visit, request.reply, declined(context));
  }
  if (form.get("action") !== "accept" || decision.kind !== "consent") {
    return show(visit, request);
  }
  const { person, items } = decision;
  const parties = { ...person, user: person.signedIn.user, application: request.application };
  const given = withIdentity(context, parties, person.asked, items);
  const forEverybody = decision.forEverybody && form.get("organization") === "yes";
  const client = giveConsent(context, parties, given, forEverybody);
  const permissions = given.flatMap(({ scopes }) => scopes.map((scope) => scope.value));
  const whom = forEverybody ? `everybody in ${person.tenant.displayName}` : parties.user.userPrincipalName;
  recordVisit(visit, {
    type: "consent",
    status: 302,
    why: `${request.application.displayName} may use ${permissions.join(", ")} for ${whom}`,
    tenantId: person.tenant.id,
    userId: parties.user.id,
    permissions,
  });
  return response(visit, request, { ...person, client });
}

async function response(visit: Visit, request: AuthorizationRequest, person: Person): Promise<PlainResponse> {
  const { context } = visit;
  const { application, reply } = request;
  const { signedIn, tenant } = person;
  const { user, session } = signedIn;
  const client = person.client ?? findServicePrincipalByAppId(context.directory, tenant.id, application.appId);
  // An application without permissions needs no consent, and still has to come into the tenant with its first user.
  const present = client ?? giveConsent(context, { tenant, application, client, user }, [], false);
  const parameters = await grantResponse(context, request, person, present);
  context.sessions.use(session, user.id, application.appId);
  const what = [...request.responseTypes].join(" and ") || "nothing but the state";
  recordVisit(visit, {
    status: reply.mode === "form_post" ? 200 : 302,
    why: `${user.userPrincipalName} went on to ${application.displayName} with ${what}, by ${reply.mode}`,
    tenantId: tenant.id,
    userId: user.id,
  });
  return sendReply(context, reply, parameters);
}

function tellApplication(visit: Visit, reply: Reply, refusal: Refusal): PlainResponse | Promise<PlainResponse> {
  const { context, exchange } = visit;
  const status = reply.mode === "form_post" ? 200 : 302;
  recordVisit(visit, { status, why: `AADSTS${refusal.code}: ${refusal.why}`, aadsts: refusal.code });
  return sendReply(context, reply, refusalParameters(context, exchange, refusal, reply.state));
}

function showRefusal(
  visit: Visit,
  refusal: Refusal,
  options: Parameters<typeof errorPage>[3] = {},
): Promise<PlainResponse> {
  recordVisit(visit, { status: refusal.status, why: `AADSTS${refusal.code}: ${refusal.why}`, aadsts: refusal.code });
  return errorPage(visit.context, visit.exchange, refusal, options);
}

/** What signing in does not answer yet: the question for consent. */
function promptAfterSignIn({ prompt }: AuthorizationRequest): string | undefined {
  return prompt === "consent" || prompt === "admin_consent" ? prompt : undefined;
}

function purposeOf({ application }: AuthorizationRequest): string {
  return `“${application.displayName}”`;
}
