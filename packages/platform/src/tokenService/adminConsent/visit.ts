import { Refusal } from "../../aadsts/aadsts.ts";
import { roleTemplateIdsOf } from "../../directory/directoryRoles/directoryRoles.ts";
import { consentingRoleTemplateIds } from "../../directory/directoryRoles/roleTemplates.ts";
import type { RequestedPermissions } from "../../directory/permissionGrants/consent.ts";
import { getTenant, type Tenant } from "../../directory/tenants/tenants.ts";
import type { Exchange } from "../../http/exchange.ts";
import type { PlainResponse } from "../../http/plainHttp.ts";
import type { SignedIn } from "../../signIn/browserSession.ts";
import { errorPage } from "../../signIn/page/errorPage.ts";
import { issuerOf } from "../../signing/claims/claimValues.ts";
import type { TokenServiceContext } from "../context.ts";
import { signOutForm } from "./consentPage.ts";
import { type ConsentRequest, isAvailable } from "./consentRequest.ts";
import { requestedPermissions } from "./requestedPermissions.ts";

/** A visit to the consent page. */
export interface Visit {
  readonly context: TokenServiceContext;
  readonly exchange: Exchange;
  readonly request: ConsentRequest;
  /** Path and query of the page; its forms are sent to them. */
  readonly target: string;
}

/** A visit by an administrator of the tenant. */
export interface AdministratorVisit extends Visit {
  readonly signedIn: SignedIn;
  readonly tenant: Tenant;
  readonly permissions: readonly RequestedPermissions[];
}

/** Refuses a signed-in user who may not decide for the tenant. */
export function admitAdministrator(visit: Visit, signedIn: SignedIn): AdministratorVisit {
  const { context, request } = visit;
  const { user } = signedIn;
  const home = getTenant(context.directory, user.tenantId);
  const tenant = request.tenant ?? home;
  if (home === undefined || tenant === undefined || tenant.id !== home.id) {
    const { appId, displayName: appName } = request.application;
    const provider = issuerOf(context, user.tenantId, 1);
    const values = { user: user.userPrincipalName, provider, tenant: tenant?.displayName ?? "", appId, appName };
    throw new Refusal("50020", values, "you are signed in with an account of another tenant");
  }
  if (!isAvailable(request.application, tenant)) {
    const values = { appId: request.application.appId, tenant: tenant.displayName };
    throw new Refusal("700016", values, "the application is registered in another tenant and for that tenant only");
  }
  const roles = roleTemplateIdsOf(context.directory, user.id);
  if (!consentingRoleTemplateIds.some((role) => roles.includes(role))) {
    throw new Refusal("90093", {}, `${user.userPrincipalName} is not an administrator of ${tenant.displayName}`);
  }
  return { ...visit, signedIn, tenant, permissions: requestedPermissions(context, request, tenant) };
}

export function recordConsent(visit: AdministratorVisit, why: string, permissions: readonly string[]): void {
  visit.context.events.record({
    type: "consent",
    method: "POST",
    path: visit.exchange.url.pathname,
    status: visit.request.redirect === undefined ? 200 : 302,
    why,
    clientId: visit.request.application.appId,
    tenantId: visit.tenant.id,
    userId: visit.signedIn.user.id,
    permissions,
    correlationId: visit.exchange.correlationId,
  });
}

/** A refusal before anyone signed in, or of a form that cannot be trusted. */
export function refuseVisit(
  context: TokenServiceContext,
  exchange: Exchange,
  refusal: Refusal,
): Promise<PlainResponse> {
  recordRefusal(context, exchange, refusal, undefined);
  return errorPage(context, exchange, refusal);
}

/** A refusal of the signed-in user, who may sign in with another account. */
export function refuseUser(visit: Visit, signedIn: SignedIn, refusal: Refusal): Promise<PlainResponse> {
  recordRefusal(visit.context, visit.exchange, refusal, signedIn.user.id);
  return errorPage(visit.context, visit.exchange, refusal, { more: signOutForm(signedIn, visit.target) });
}

export function untrustedFormRefusal(why: string): Refusal {
  return new Refusal("90013", {}, why);
}

function recordRefusal(
  context: TokenServiceContext,
  exchange: Exchange,
  refusal: Refusal,
  userId: string | undefined,
): void {
  context.events.record({
    type: "consent",
    method: exchange.request.method,
    path: exchange.url.pathname,
    status: refusal.status,
    why: `AADSTS${refusal.code}: ${refusal.why}`,
    aadsts: refusal.code,
    clientId: exchange.url.searchParams.get("client_id") ?? undefined,
    userId,
    correlationId: exchange.correlationId,
  });
}
