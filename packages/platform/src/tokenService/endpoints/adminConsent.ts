import { refusalOf } from "../../aadsts/aadsts.ts";
import { grantAdminConsent, type RequestedPermissions } from "../../directory/permissionGrants/consent.ts";
import { openExchange } from "../../http/exchange.ts";
import { methodNotAllowed, type PlainResponse } from "../../http/plainHttp.ts";
import {
  endSession,
  findSignedIn,
  isSessionToken,
  type SignedIn,
  untrustedPostReason,
} from "../../signIn/browserSession.ts";
import { inOwnWindow } from "../../signIn/page/ownWindow.ts";
import { handleSignInForm, redirectAfterForm } from "../../signIn/signInForm.ts";
import { signInPage } from "../../signIn/signInPage.ts";
import { consentPage, resultPage } from "../adminConsent/consentPage.ts";
import { readConsentRequest } from "../adminConsent/consentRequest.ts";
import { acceptedParameters, declinedParameters, redirectTo } from "../adminConsent/consentResult.ts";
import {
  type AdministratorVisit,
  admitAdministrator,
  recordConsent,
  refuseUser,
  refuseVisit,
  untrustedFormRefusal,
  type Visit,
} from "../adminConsent/visit.ts";
import type { TokenServiceContext } from "../context.ts";
import { readForm } from "../tokenRequest.ts";
import type { Endpoint } from "./endpoint.ts";

export const adminConsentVersion1: Endpoint = adminConsent(1, "/{tenant}/adminconsent");
export const adminConsentVersion2: Endpoint = adminConsent(2, "/{tenant}/v2.0/adminconsent");

/** @see https://learn.microsoft.com/entra/identity-platform/v2-admin-consent */
function adminConsent(version: 1 | 2, path: string): Endpoint {
  return inOwnWindow({
    method: "ALL",
    path,
    async handle(context: TokenServiceContext, request, { tenant: segment = "" }) {
      const exchange = openExchange(context, request);
      if (request.method !== "GET" && request.method !== "HEAD" && request.method !== "POST") {
        return methodNotAllowed("GET, POST");
      }
      try {
        const consent = readConsentRequest(context, exchange, version, segment);
        const visit = { context, exchange, request: consent, target: `${exchange.url.pathname}${exchange.url.search}` };
        return await (request.method === "POST" ? handleForm(visit) : show(visit));
      } catch (error) {
        return refuseVisit(context, exchange, refusalOf(error));
      }
    },
  });
}

function show(visit: Visit): PlainResponse | Promise<PlainResponse> {
  const signedIn = findSignedIn(visit.context, visit.exchange.request);
  if (signedIn === undefined) {
    return signInPage(visit.context, { target: visit.target, purpose: purposeOf(visit) });
  }
  return asAdministrator(visit, signedIn, (admitted) => consentPage(visit.context, admitted));
}

/** Calls `work`, or returns the reason why the signed-in user may not decide. */
function asAdministrator(
  visit: Visit,
  signedIn: SignedIn,
  work: (admitted: AdministratorVisit) => PlainResponse | Promise<PlainResponse>,
): PlainResponse | Promise<PlainResponse> {
  try {
    return work(admitAdministrator(visit, signedIn));
  } catch (error) {
    return refuseUser(visit, signedIn, refusalOf(error));
  }
}

async function handleForm(visit: Visit): Promise<PlainResponse> {
  const { context, exchange, target } = visit;
  const foreign = untrustedPostReason(exchange);
  if (foreign !== undefined) {
    throw untrustedFormRefusal(foreign);
  }
  const form = await readForm(exchange.request);
  const signingIn = handleSignInForm({ ...visit, purpose: purposeOf(visit), next: () => target }, form);
  if (signingIn !== undefined) {
    return signingIn;
  }
  const signedIn = findSignedIn(context, exchange.request);
  if (signedIn === undefined) {
    return signInPage(context, { target, purpose: purposeOf(visit), problem: "Your session has ended." });
  }
  if (!isSessionToken(signedIn.session, form.get("token"))) {
    throw untrustedFormRefusal("the form does not carry the token of your session; open the page again");
  }
  if (form.get("action") === "sign-out") {
    return redirectAfterForm(target, endSession(context, exchange.request));
  }
  return asAdministrator(visit, signedIn, (admitted) => {
    switch (form.get("action")) {
      case "accept":
        return accept(admitted);
      case "decline":
        return decline(admitted);
      default:
        return refuseVisit(context, exchange, untrustedFormRefusal("the form says neither accept nor decline"));
    }
  });
}

function accept(visit: AdministratorVisit): PlainResponse | Promise<PlainResponse> {
  const { context, request, tenant, permissions } = visit;
  grantAdminConsent(context.directory, tenant.id, request.application, permissions);
  const values = permissionValues(permissions);
  const { displayName } = request.application;
  recordConsent(
    visit,
    `${displayName} was granted ${values.join(", ") || "no permissions"}; it needs a new token`,
    values,
  );
  return request.redirect === undefined
    ? resultPage(context, "Consent granted", `${displayName} has the requested permissions from its next token on.`)
    : redirectTo(request.redirect, acceptedParameters(request, tenant, permissions));
}

function decline(visit: AdministratorVisit): PlainResponse | Promise<PlainResponse> {
  const { context, exchange, request } = visit;
  recordConsent(visit, `the administrator declined the request by ${request.application.displayName}`, []);
  return request.redirect === undefined
    ? resultPage(context, "Nothing was changed", `${request.application.displayName} was granted no permissions.`)
    : redirectTo(request.redirect, declinedParameters(context, exchange, request));
}

function permissionValues(permissions: readonly RequestedPermissions[]): readonly string[] {
  return permissions.flatMap(({ appRoles, scopes }) => [
    ...appRoles.map((role) => role.value ?? role.id),
    ...scopes.map((scope) => scope.value),
  ]);
}

function purposeOf({ request }: Visit): string {
  return `decide about “${request.application.displayName}”`;
}
