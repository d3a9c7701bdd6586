import { Refusal, refusalOf } from "../aadsts/aadsts.ts";
import type { NewEvent } from "../core/events.ts";
import { tenantPolicy } from "../directory/tenants/tenantPolicy.ts";
import { getUser, type User } from "../directory/users/users.ts";
import type { Exchange } from "../http/exchange.ts";
import { type PlainResponse, redirect, withCookies } from "../http/plainHttp.ts";
import { authenticateUser, startSession } from "./browserSession.ts";
import type { SignInContext } from "./context.ts";
import type { NewAccount } from "./sessions.ts";
import { type SignInTarget, secondFactorPage, signInPage } from "./signInPage.ts";

/** A visit to a page that requires signing in. */
export interface SignInVisit extends SignInTarget {
  readonly context: SignInContext;
  readonly exchange: Exchange;
  /** Where the browser goes after the user has signed in. */
  readonly next: (user: User) => string;
}

/** Handles the sign-in forms of every page that has them; returns `undefined` for any other form. */
export function handleSignInForm(
  visit: SignInVisit,
  form: ReadonlyMap<string, string>,
): PlainResponse | Promise<PlainResponse> | undefined {
  switch (form.get("action")) {
    case "sign-in":
      return handlePassword(visit, form.get("username") ?? "", form.get("password") ?? "");
    case "second-factor":
      return handleCode(visit, form.get("sign_in") ?? "", form.get("code") ?? "");
    default:
      return undefined;
  }
}

function handlePassword(
  visit: SignInVisit,
  userPrincipalName: string,
  password: string,
): PlainResponse | Promise<PlainResponse> {
  try {
    return continueSignIn(visit, authenticateUser(visit.context, userPrincipalName, password));
  } catch (error) {
    return showProblem(visit, refusalOf(error), userPrincipalName);
  }
}

function continueSignIn(visit: SignInVisit, user: User): PlainResponse | Promise<PlainResponse> {
  const { context } = visit;
  if (!tenantPolicy(context.directory, user.tenantId).requiresSecondFactor) {
    return finish(visit, user, { userId: user.id, methods: ["pwd"] });
  }
  const { id, code } = context.secondFactors.ask(user.id);
  const why = `the password of ${user.userPrincipalName} is right; the code of the second factor is ${code}`;
  record(visit, { status: 200, why, tenantId: user.tenantId, userId: user.id });
  return secondFactorPage(context, { ...pageOf(visit), id, userPrincipalName: user.userPrincipalName });
}

function handleCode(visit: SignInVisit, id: string, code: string): PlainResponse | Promise<PlainResponse> {
  const { context } = visit;
  const response = context.secondFactors.answer(id, code);
  const user = response.kind === "over" ? undefined : getUser(context.directory, response.userId);
  if (response.kind === "right" && user?.accountEnabled === true) {
    return finish(visit, user, { userId: user.id, methods: ["pwd", "mfa"] });
  }
  if (response.kind === "wrong" && user !== undefined) {
    record(visit, { status: 400, why: "the code of the second factor is wrong", userId: user.id });
    const problem = "The code is wrong.";
    return secondFactorPage(context, { ...pageOf(visit), id, userPrincipalName: user.userPrincipalName, problem });
  }
  const why = "the second factor was too late or was tried too often; start again";
  return showProblem(visit, new Refusal("50089", {}, why));
}

function showProblem(visit: SignInVisit, refusal: Refusal, userPrincipalName?: string): Promise<PlainResponse> {
  record(visit, { status: refusal.status, why: `AADSTS${refusal.code}: ${refusal.why}`, aadsts: refusal.code });
  const problem = { exchange: visit.exchange, refusal };
  return signInPage(visit.context, { ...pageOf(visit), problem, userPrincipalName });
}

function finish(visit: SignInVisit, user: User, account: NewAccount): PlainResponse {
  const { context, exchange } = visit;
  const cookies = startSession(context, exchange.request, account);
  const why = `${user.userPrincipalName} signed in`;
  record(visit, { status: 303, why, tenantId: user.tenantId, userId: user.id });
  return redirectAfterForm(visit.next(user), cookies);
}

/** The page is loaded again after a form, so that reloading it does not send the form again. */
export function redirectAfterForm(target: string, cookies: readonly string[] = []): PlainResponse {
  return withCookies(redirect(303, target), cookies);
}

function pageOf({ target, purpose, formTargets }: SignInVisit): SignInTarget {
  return { target, purpose, formTargets };
}

function record({ context, exchange }: SignInVisit, event: Omit<NewEvent, "type" | "method" | "path">): void {
  const { correlationId, url } = exchange;
  context.events.record({ type: "signIn", method: "POST", path: url.pathname, correlationId, ...event });
}
