import { Refusal, refusalOf } from "../../aadsts/aadsts.ts";
import { answerDeviceCode } from "../../directory/issuedTokens/deviceCodes.ts";
import { type Exchange, openExchange } from "../../http/exchange.ts";
import { methodNotAllowed, type PlainResponse } from "../../http/plainHttp.ts";
import {
  endSession,
  findSignedIn,
  isSessionToken,
  type SignedIn,
  untrustedPostReason,
} from "../../signIn/browserSession.ts";
import { errorPage } from "../../signIn/page/errorPage.ts";
import { handleSignInForm, redirectAfterForm } from "../../signIn/signInForm.ts";
import { signInPage } from "../../signIn/signInPage.ts";
import { storeConsent, withIdentity } from "../consent/userConsent.ts";
import type { TokenServiceContext } from "../context.ts";
import { checkApproval, type PendingUserCode, readUserCode } from "../device/approval.ts";
import { confirmPage, devicePath, enterCodePage, finishedPage } from "../device/devicePages.ts";
import { readForm } from "../tokenRequest.ts";
import type { Endpoint } from "./endpoint.ts";

/** Where users enter the code of a device. @see RFC 8628 section 3.3 */
export const deviceLogin: Endpoint = {
  method: "ALL",
  path: devicePath,
  async handle(context, request) {
    if (request.method !== "GET" && request.method !== "HEAD" && request.method !== "POST") {
      return methodNotAllowed("GET, POST");
    }
    const exchange = openExchange(context, request);
    const sentCode = exchange.url.searchParams.get("code");
    if (sentCode === null) {
      return enterCodePage(context);
    }
    const userCode = sentCode.trim();
    const target = `${devicePath}?${new URLSearchParams({ code: userCode })}`;
    try {
      return await response({ context, exchange, target, userCode, ...readUserCode(context, userCode) });
    } catch (error) {
      return refuseCode(context, exchange, refusalOf(error));
    }
  },
};

interface Visit extends PendingUserCode {
  readonly context: TokenServiceContext;
  readonly exchange: Exchange;
  readonly target: string;
  readonly userCode: string;
}

async function response(visit: Visit): Promise<PlainResponse> {
  const { request } = visit.exchange;
  try {
    return await (request.method === "POST" ? handleForm(visit, await readForm(request)) : show(visit));
  } catch (error) {
    return showRefusal(visit, refusalOf(error));
  }
}

function show(visit: Visit): Promise<PlainResponse> {
  const { context, exchange, application, target, stored } = visit;
  const signedIn = findSignedIn(context, exchange.request);
  if (signedIn === undefined) {
    return signInPage(context, { target, purpose: purposeOf(visit) });
  }
  try {
    const { items } = checkApproval(context, stored.request, application, signedIn);
    return confirmPage(context, { application, signedIn, items, target });
  } catch (error) {
    // The tenant has required a second factor since this sign-in.
    if (refusalOf(error).code === 50076) {
      return signInPage(context, { target, purpose: purposeOf(visit) });
    }
    throw error;
  }
}

async function handleForm(visit: Visit, form: ReadonlyMap<string, string>): Promise<PlainResponse> {
  const { context, exchange, target, application, userCode } = visit;
  const foreign = untrustedPostReason(exchange);
  if (foreign !== undefined) {
    throw new Refusal("90013", {}, foreign);
  }
  const signingIn = handleSignInForm({ ...visit, purpose: purposeOf(visit), next: () => target }, form);
  if (signingIn !== undefined) {
    return signingIn;
  }
  const signedIn = findSignedIn(context, exchange.request);
  if (signedIn === undefined) {
    return signInPage(context, { target, purpose: purposeOf(visit), problem: "Your session has ended." });
  }
  if (!isSessionToken(signedIn.session, form.get("token"))) {
    throw new Refusal("90013", {}, "the form does not carry the token of your session; open the page again");
  }
  switch (form.get("action")) {
    case "sign-out":
      return redirectAfterForm(target, endSession(context, exchange.request));
    case "decline":
      answerDeviceCode(context.directory, userCode, undefined);
      record(visit, 200, `the user declined to sign in to ${application.displayName}`);
      return finishedPage(context, "Nothing was approved", `${application.displayName} was not signed in to.`);
    case "confirm":
      return confirm(visit, signedIn);
    default:
      return show(visit);
  }
}

function confirm(visit: Visit, signedIn: SignedIn): Promise<PlainResponse> {
  const { context, application, userCode, stored } = visit;
  const { session, user, authentication } = signedIn;
  const { parties, requested, items } = checkApproval(context, stored.request, application, signedIn);
  const granted = items.length > 0 ? withIdentity(context, parties, requested, items) : [];
  storeConsent(context, parties, granted, false);
  answerDeviceCode(context.directory, userCode, { tenantId: parties.tenant.id, authentication });
  context.sessions.use(session, user.id, application.appId);
  record(visit, 200, `${user.userPrincipalName} signed in to ${application.displayName} on a device`);
  const title = `You have signed in to ${application.displayName}`;
  return finishedPage(context, title, "The device continues automatically.");
}

function refuseCode(context: TokenServiceContext, exchange: Exchange, refusal: Refusal): Promise<PlainResponse> {
  const { request, url, correlationId } = exchange;
  const event = { type: "signIn", method: request.method, path: url.pathname, correlationId } as const;
  const { status, code: aadsts } = refusal;
  context.events.record({ ...event, status, why: `AADSTS${refusal.code}: ${refusal.why}`, aadsts });
  return enterCodePage(context, { exchange, refusal });
}

function showRefusal(visit: Visit, refusal: Refusal): Promise<PlainResponse> {
  record(visit, refusal.status, `AADSTS${refusal.code}: ${refusal.why}`, refusal.code);
  return errorPage(visit.context, visit.exchange, refusal);
}

function record({ context, exchange, application }: Visit, status: number, why: string, aadsts?: number): void {
  const { request, url, correlationId } = exchange;
  const event = { type: "signIn", method: request.method, path: url.pathname } as const;
  context.events.record({ ...event, status, why, aadsts, clientId: application.appId, correlationId });
}

function purposeOf({ application }: Visit): string {
  return `“${application.displayName}” on a device`;
}
