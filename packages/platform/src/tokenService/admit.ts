import { Refusal } from "../aadsts/aadsts.ts";
import type { Application } from "../directory/applications/applicationProperties.ts";
import { findApplicationByAppId } from "../directory/applications/applications.ts";
import {
  findServicePrincipalByAppId,
  type ServicePrincipal,
} from "../directory/servicePrincipals/servicePrincipals.ts";
import type { Tenant } from "../directory/tenants/tenants.ts";
import { authenticateClient } from "./clientAuthentication/clientAuthentication.ts";
import type { TokenServiceContext } from "./context.ts";
import type { Admitted, CredentialRule, Grant } from "./grants/grant.ts";
import { checkEnabled } from "./issuance/admission.ts";
import { requireTenant, resolveTenant } from "./tenantSegment.ts";
import type { TokenRequest } from "./tokenRequest.ts";

/** How far a request has come: what the log and a browser script may learn even if it is refused. */
export interface Progress {
  grant?: Grant;
  clientId?: string;
  tenant?: Tenant;
  application?: Application;
  credentialRule?: CredentialRule | undefined;
}

/**
 * Every check before the grant's own, in order: if two things are wrong, the first check reports its refusal. The order
 * is from knowledge, not measurement; after a run against a real tenant, reorder the lines.
 */
export async function admit(
  context: TokenServiceContext,
  grants: readonly Grant[],
  request: TokenRequest,
  progress: Progress,
): Promise<Admitted> {
  const grantType = requireGrantType(request);
  const grant = requireSupported(grants, grantType, request);
  progress.grant = grant;
  const clientId = requireClientId(request);
  progress.clientId = clientId;
  grant.checkParameters(context, request);
  const tenant = findTenant(context, request, grant, clientId);
  progress.tenant = tenant;
  const { application, client } = findClient(context, tenant, clientId);
  progress.application = application;
  checkEnabled(client);
  checkOrigin(request, grant);
  const credentialRule = grant.credentialRule?.(context, request, application);
  progress.credentialRule = credentialRule;
  const proof = await authenticateClient(context, request, { application, tenant, credentialRule });
  return { grant, tenant, application, client, proof };
}

function requireGrantType({ form }: TokenRequest): string {
  const grantType = form.get("grant_type") ?? "";
  if (grantType === "") {
    const why = "the body has no grant_type; send it as application/x-www-form-urlencoded, not JSON";
    throw new Refusal("900144", { name: "grant_type" }, why);
  }
  return grantType;
}

function requireSupported(grants: readonly Grant[], grantType: string, { userFlow }: TokenRequest): Grant {
  const grant = grants.find((candidate) => candidate.grantType === grantType);
  if (grant === undefined || (userFlow !== undefined && grant.isInUserFlows !== true)) {
    const supported = grants.map((candidate) => candidate.grantType).join(", ");
    throw new Refusal("70003", { grantType }, `this platform does not support the grant; it supports: ${supported}`);
  }
  return grant;
}

function requireClientId({ form, basic }: TokenRequest): string {
  const clientId = form.get("client_id") || basic?.clientId;
  if (clientId === undefined || clientId === "") {
    const why = "the body has no client_id, and there is no Authorization: Basic header";
    throw new Refusal("900144", { name: "client_id" }, why);
  }
  return clientId;
}

function findTenant(context: TokenServiceContext, request: TokenRequest, grant: Grant, clientId: string): Tenant {
  const { directory } = context;
  const { tenantSegment } = request;
  const resolved = directory.memoize(`tenant ${tenantSegment}`, () => resolveTenant(directory, tenantSegment));
  if (resolved.kind !== "alias" || grant.findTenant === undefined) {
    return requireTenant(resolved, tenantSegment);
  }
  const tenant = grant.findTenant(context, request, resolved.alias);
  if (resolved.alias === "consumers") {
    const appName = findApplicationByAppId(directory, clientId)?.displayName ?? "";
    const why = "this platform has no personal accounts; use organizations or a tenant";
    throw new Refusal("9002332", { appId: clientId, appName }, why);
  }
  return tenant;
}

function findClient(
  { directory }: TokenServiceContext,
  tenant: Tenant,
  clientId: string,
): { readonly application: Application; readonly client: ServicePrincipal } {
  const { application, client } = directory.memoize(`client ${tenant.id} ${clientId}`, () => ({
    application: findApplicationByAppId(directory, clientId),
    client: findServicePrincipalByAppId(directory, tenant.id, clientId),
  }));
  if (application !== undefined && client !== undefined) {
    return { application, client };
  }
  if (application?.tenantId === tenant.id) {
    const why = "the application is registered here but has no service principal; grant admin consent or create it";
    throw new Refusal("7000229", { appId: clientId, tenant: tenant.id }, why);
  }
  const why =
    application === undefined
      ? "no application with this client id is registered; check client id and tenant"
      : "the application is registered in another tenant and has no consent in this one";
  throw new Refusal("700016", { appId: clientId, tenant: tenant.displayName }, why);
}

/** Only some grants may be used from browser scripts. */
function checkOrigin({ exchange }: TokenRequest, { grantType, isInBrowsers }: Grant): void {
  const origin = exchange.request.headers.get("origin");
  if (origin !== null && isInBrowsers !== true) {
    const why = `a browser script may not use ${grantType}: send the request without Origin`;
    throw new Refusal("9002326", { origin }, why);
  }
}
