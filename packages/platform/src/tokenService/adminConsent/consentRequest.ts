import { Refusal } from "../../aadsts/aadsts.ts";
import type { Application } from "../../directory/applications/applicationProperties.ts";
import { findApplicationByAppId } from "../../directory/applications/applications.ts";
import { registeredConsentRedirect } from "../../directory/applications/uris/redirectUris.ts";
import type { Tenant } from "../../directory/tenants/tenants.ts";
import type { Exchange } from "../../http/exchange.ts";
import type { TokenServiceContext } from "../context.ts";
import { resolveTenant } from "../tenantSegment.ts";

/** A request for admin consent from a known application. The response may be a redirect. */
export interface ConsentRequest {
  readonly version: 1 | 2;
  readonly application: Application;
  /** Absent if the path names no tenant: then it is the administrator's own. */
  readonly tenant: Tenant | undefined;
  /** Absent if the result is shown on a page. */
  readonly redirect: URL | undefined;
  readonly state: string | undefined;
  /** Version 2 only, as sent. */
  readonly scope: string | undefined;
}

/**
 * Reads the query. Every refusal is shown on a page: there is no redirect before the address is known to be registered.
 */
export function readConsentRequest(
  context: TokenServiceContext,
  exchange: Exchange,
  version: 1 | 2,
  segment: string,
): ConsentRequest {
  const query = exchange.url.searchParams;
  const resolved = resolveTenant(context.directory, segment);
  if (resolved.kind === "unknown" || resolved.kind === "malformed") {
    throw new Refusal("90002", { tenant: segment }, `no tenant "${segment}" exists on this platform`);
  }
  if (resolved.kind === "alias" && resolved.alias === "consumers") {
    throw new Refusal("50059", {}, "personal accounts have no administrator; use organizations or a tenant");
  }
  const tenant = resolved.kind === "tenant" ? resolved.tenant : undefined;
  const appId = query.get("client_id") ?? "";
  if (appId === "") {
    throw new Refusal("900144", { name: "client_id" }, "the address has no client_id");
  }
  const application = findApplicationByAppId(context.directory, appId);
  if (application === undefined || (tenant !== undefined && !isAvailable(application, tenant))) {
    const why =
      application === undefined
        ? "no application with this client id is registered"
        : "the application is registered in another tenant and for that tenant only";
    throw new Refusal("700016", { appId, tenant: tenant?.displayName ?? segment }, why);
  }
  const scope = query.get("scope") ?? undefined;
  if (version === 2 && (scope ?? "").trim() === "") {
    throw new Refusal("900144", { name: "scope" }, "the v2.0 address needs scope, for example {resource}/.default");
  }
  const requested = query.get("redirect_uri") ?? "";
  const redirect = requested === "" ? undefined : registeredConsentRedirect(application, requested);
  if (requested !== "" && redirect === undefined) {
    const why = "the redirect_uri is not registered on the application, so the platform does not redirect to it";
    throw new Refusal("50011", { uri: requested, appId: application.appId }, why);
  }
  return {
    version,
    application,
    tenant,
    redirect,
    state: query.get("state") ?? undefined,
    scope,
  };
}

/** Whether the application may be added to the tenant. */
export function isAvailable(application: Application, tenant: Tenant): boolean {
  return application.tenantId === tenant.id || application.signInAudience !== "AzureADMyOrg";
}
