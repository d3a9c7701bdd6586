import { Hono } from "hono";
import { refusalOf } from "../aadsts/aadsts.ts";
import { findApplicationByAppId } from "../directory/applications/applications.ts";
import { roleTemplateIdsOf } from "../directory/directoryRoles/directoryRoles.ts";
import { consentingRoleTemplateIds } from "../directory/directoryRoles/roleTemplates.ts";
import { declaredPermissions, grantAdminConsent } from "../directory/permissionGrants/consent.ts";
import { getUser } from "../directory/users/users.ts";
import { portalServiceAppId } from "../directory/wellKnown.ts";
import { openExchange } from "../http/exchange.ts";
import { isAvailable } from "../tokenService/adminConsent/consentRequest.ts";
import { checkDeliveredApis } from "../tokenService/consent/consentChecks.ts";
import type { AzureContext } from "./context.ts";
import { type AzureApi, authenticate, type ResourceManagerCaller } from "./resourceManager/caller.ts";
import { fault, type ResourceManagerFault } from "./resourceManager/fault.ts";

const portalService: AzureApi = {
  appId: portalServiceAppId,
  displayName: "the portal's service",
  audiences: [portalServiceAppId],
};

interface Granted {
  readonly kind: "granted";
  readonly status: 204;
  readonly why: string;
  readonly permissions: readonly string[];
}

/**
 * As much of the service behind Microsoft's portal as `az ad app permission admin-consent` asks: consent for everybody
 * to what a registration declares. Microsoft documents it nowhere; Azure CLI's source shows the request, and that nothing
 * of the answer but its status is read.
 */
export function portalServiceRoutes(context: AzureContext): Hono {
  const app = new Hono();
  app.post("/RegisteredApplications/:appId/Consent", async (c) => {
    const request = c.req.raw;
    const exchange = openExchange(context, request);
    const appId = c.req.param("appId").toLowerCase();
    const caller = await authenticate(context, portalService, request.headers.get("authorization"));
    const outcome =
      caller.kind === "fault"
        ? caller
        : consent(context, caller, appId, exchange.url.searchParams.get("onBehalfOfAll"));
    context.events.record({
      type: "consent",
      method: request.method,
      path: exchange.url.pathname,
      status: outcome.status,
      why: outcome.why,
      clientId: appId,
      tenantId: caller.kind === "fault" ? undefined : caller.tenant.id,
      userId: caller.kind === "fault" ? undefined : caller.objectId,
      permissions: outcome.kind === "fault" ? undefined : outcome.permissions,
      correlationId: exchange.correlationId,
    });
    return outcome.kind === "fault"
      ? c.json({ error: { code: outcome.code, message: outcome.message } }, outcome.status)
      : c.body(null, outcome.status);
  });
  return app;
}

function consent(
  context: AzureContext,
  { tenant, objectId }: ResourceManagerCaller,
  appId: string,
  onBehalfOfAll: string | null,
): Granted | ResourceManagerFault {
  const { directory } = context;
  if (onBehalfOfAll?.toLowerCase() !== "true") {
    const message = "onBehalfOfAll has to be true: consent for one user is given when that user signs in.";
    return fault(400, "BadRequest", message, "the request does not say onBehalfOfAll=true");
  }
  const user = getUser(directory, objectId);
  const roles = user === undefined ? [] : roleTemplateIdsOf(directory, objectId);
  if (user === undefined || !consentingRoleTemplateIds.some((role) => roles.includes(role))) {
    const who = user?.userPrincipalName ?? "an application";
    const message = "Consent for everybody takes a user who is an administrator of the tenant.";
    return fault(403, "Forbidden", message, `${who} is not an administrator of ${tenant.displayName}`);
  }
  const application = findApplicationByAppId(directory, appId);
  if (application === undefined || !isAvailable(application, tenant)) {
    const message = `The application '${appId}' is not available in the tenant '${tenant.id}'.`;
    return fault(404, "NotFound", message, "no application with this client id is available in the tenant");
  }
  try {
    checkDeliveredApis(context, { tenant, application });
  } catch (error) {
    const { code, text, why } = refusalOf(error);
    return fault(400, `AADSTS${code}`, text, why);
  }
  const declared = declaredPermissions(directory, tenant.id, application);
  grantAdminConsent(directory, tenant.id, application, declared);
  return {
    kind: "granted",
    status: 204,
    why: `${user.userPrincipalName} gave ${application.displayName} the consent of ${tenant.displayName}`,
    permissions: declared.flatMap(({ appRoles, scopes }) =>
      [...appRoles, ...scopes].flatMap(({ value }) => value ?? []),
    ),
  };
}
