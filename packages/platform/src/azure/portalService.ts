import { refusalOf } from "../aadsts/aadsts.ts";
import type { NewEvent } from "../core/events.ts";
import { findApplicationByAppId } from "../directory/applications/applications.ts";
import { roleTemplateIdsOf } from "../directory/directoryRoles/directoryRoles.ts";
import { consentingRoleTemplateIds } from "../directory/directoryRoles/roleTemplates.ts";
import { declaredPermissions, grantAdminConsent } from "../directory/permissionGrants/consent.ts";
import { getUser } from "../directory/users/users.ts";
import { portalServiceAppId } from "../directory/wellKnown.ts";
import type { Endpoint } from "../http/endpoint.ts";
import { openExchange } from "../http/exchange.ts";
import { jsonResponse } from "../http/plainHttp.ts";
import { isAvailable } from "../tokenService/adminConsent/consentRequest.ts";
import { checkDeliveredApis } from "../tokenService/consent/consentChecks.ts";
import type { AzureContext } from "./context.ts";
import { ArmError, armErrorOf } from "./resourceManager/armError.ts";
import { type AzureApi, authenticate, type ResourceManagerCaller } from "./resourceManager/caller.ts";

const portalService: AzureApi = {
  appId: portalServiceAppId,
  displayName: "the Azure portal's backend",
  audiences: [portalServiceAppId],
};

interface ConsentResult {
  readonly why: string;
  readonly permissions: readonly string[];
}

/**
 * The part of the Azure portal's backend that `az ad app permission admin-consent` uses: admin consent to everything
 * that a registration declares. Microsoft does not document it. Azure CLI's source shows the request, and that only the
 * response's status is read.
 */
const adminConsent: Endpoint<AzureContext> = {
  method: "POST",
  path: "/api/RegisteredApplications/{appId}/Consent",
  async handle(context, request, { appId: sentId = "" }) {
    const exchange = openExchange(context, request);
    const appId = sentId.toLowerCase();
    const event = { type: "consent", method: request.method, path: exchange.url.pathname, clientId: appId } as const;
    const { correlationId } = exchange;
    let caller: ResourceManagerCaller | undefined;
    try {
      caller = await authenticate(context, portalService, request.headers.get("authorization"));
      const { why, permissions } = consent(context, caller, appId, exchange.url.searchParams.get("onBehalfOfAll"));
      context.events.record({ ...event, ...callerFields(caller), status: 204, why, permissions, correlationId });
      return { status: 204, headers: {}, body: null };
    } catch (error) {
      const { status, code, message, why } = armErrorOf(error);
      context.events.record({ ...event, ...callerFields(caller), status, why, correlationId });
      return jsonResponse(status, { error: { code, message } });
    }
  },
};

export const portalServiceEndpoints: readonly Endpoint<AzureContext>[] = [adminConsent];

function callerFields(caller: ResourceManagerCaller | undefined): Pick<NewEvent, "tenantId" | "userId"> {
  return { tenantId: caller?.tenant.id, userId: caller?.objectId };
}

function consent(
  context: AzureContext,
  { tenant, objectId }: ResourceManagerCaller,
  appId: string,
  onBehalfOfAll: string | null,
): ConsentResult {
  const { directory } = context;
  if (onBehalfOfAll?.toLowerCase() !== "true") {
    const message = "onBehalfOfAll must be true: a user's own consent is given when that user signs in.";
    throw new ArmError(400, "BadRequest", message, "the request has no onBehalfOfAll=true");
  }
  const user = getUser(directory, objectId);
  const roles = user === undefined ? [] : roleTemplateIdsOf(directory, objectId);
  if (user === undefined || !consentingRoleTemplateIds.some((role) => roles.includes(role))) {
    const who = user?.userPrincipalName ?? "an application";
    const message = "Admin consent requires a user who is an administrator of the tenant.";
    throw new ArmError(403, "Forbidden", message, `${who} is not an administrator of ${tenant.displayName}`);
  }
  const application = findApplicationByAppId(directory, appId);
  if (application === undefined || !isAvailable(application, tenant)) {
    const message = `The application '${appId}' is not available in the tenant '${tenant.id}'.`;
    throw new ArmError(404, "NotFound", message, "no application with this client id is available in the tenant");
  }
  try {
    checkDeliveredApis(context, { tenant, application });
  } catch (error) {
    const { code, text, why } = refusalOf(error);
    throw new ArmError(400, `AADSTS${code}`, text, why);
  }
  const declared = declaredPermissions(directory, tenant.id, application);
  grantAdminConsent(directory, tenant.id, application, declared);
  return {
    why: `${user.userPrincipalName} granted ${application.displayName} admin consent for ${tenant.displayName}`,
    permissions: declared.flatMap(({ appRoles, scopes }) =>
      [...appRoles, ...scopes].flatMap(({ value }) => value ?? []),
    ),
  };
}
