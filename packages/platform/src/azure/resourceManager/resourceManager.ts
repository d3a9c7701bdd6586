import { parseJsonObject } from "../../core/jwt.ts";
import { roleTemplateIdsOf } from "../../directory/directoryRoles/directoryRoles.ts";
import { globalAdministrator } from "../../directory/directoryRoles/roleTemplates.ts";
import { azureSubscriptionId } from "../../directory/wellKnown.ts";
import { type Exchange, openExchange } from "../../http/exchange.ts";
import { jsonResponse, type PlainRequest, type PlainResponse } from "../../http/plainHttp.ts";
import { openRouter, readPath } from "../../http/router.ts";
import type { AzureContext } from "../context.ts";
import { ArmError, armErrorOf } from "./armError.ts";
import { authenticate, azureResourceManager, type ResourceManagerCaller } from "./caller.ts";
import { identityCredential, identityCredentials } from "./resources/federatedIdentityCredentials.ts";
import { resourceGroup, resourceGroups } from "./resources/resourceGroups.ts";
import { subscription, subscriptions } from "./resources/subscriptions.ts";
import { systemAssignedIdentity } from "./resources/systemAssignedIdentity.ts";
import { tenants } from "./resources/tenants.ts";
import {
  resourceGroupIdentities,
  subscriptionIdentities,
  userAssignedIdentity,
} from "./resources/userAssignedIdentities.ts";
import type { ResourceManagerResponse, ResourceManagerRoute } from "./route.ts";

/** The resource types with their paths. */
const routes: readonly ResourceManagerRoute[] = [
  tenants,
  subscriptions,
  subscription,
  resourceGroups,
  resourceGroup,
  subscriptionIdentities,
  resourceGroupIdentities,
  userAssignedIdentity,
  identityCredentials,
  identityCredential,
  systemAssignedIdentity,
];
const router = openRouter(
  routes.flatMap(({ path, type, methods }) =>
    Object.entries(methods).map(([method, handle]) => ({ method, path, type, handle })),
  ),
  (part) => part.toLowerCase(),
);

/**
 * The part of Azure Resource Manager that identities need: sign-in with Azure's tools, and user-assigned managed
 * identities in their resource groups. Everyone in the tenant may read. Writing takes a Global Administrator, because
 * the platform has no Azure role assignments.
 *
 * @see https://learn.microsoft.com/rest/api/azure/
 */
export async function answerResourceManager(context: AzureContext, request: PlainRequest): Promise<PlainResponse> {
  const exchange = openExchange(context, request);
  const headers = {
    "cache-control": "no-cache",
    "x-ms-request-id": exchange.traceId,
    "x-ms-correlation-request-id": exchange.correlationId,
  };
  let caller: ResourceManagerCaller | undefined;
  try {
    caller = await authenticate(context, azureResourceManager, request.headers.get("authorization"));
    const { status, body } = await settle(context, caller, request, exchange.url);
    record(context, exchange, caller, status, "Azure Resource Manager allows the request");
    return status === 204 || body === undefined ? { status, headers, body: null } : jsonResponse(status, body, headers);
  } catch (error) {
    const { status, code, message, why } = armErrorOf(error);
    record(context, exchange, caller, status, why);
    const errorHeaders = status === 401 ? { ...headers, "www-authenticate": challenge(context, message) } : headers;
    return jsonResponse(status, { error: { code, message } }, errorHeaders);
  }
}

function record(
  context: AzureContext,
  { request, url, correlationId }: Exchange,
  caller: ResourceManagerCaller | undefined,
  status: number,
  why: string,
): void {
  const event = { type: "request", method: request.method, path: url.pathname, status, why } as const;
  context.events.record({ ...event, clientId: caller?.clientId, tenantId: caller?.tenant.id, correlationId });
}

async function settle(
  context: AzureContext,
  caller: ResourceManagerCaller,
  request: PlainRequest,
  url: URL,
): Promise<ResourceManagerResponse> {
  if (!url.searchParams.has("api-version")) {
    const message = "The api-version query parameter (?api-version=) is required for all requests.";
    throw new ArmError(400, "MissingApiVersionParameter", message, "the request has no api-version");
  }
  const { method } = request;
  const found = router.find(method, readPath(request.path, { ignoresCase: true, collapsesSlashes: true }));
  if (found.kind === "unknown") {
    const message = `'${url.pathname}' is not part of the local platform, which has only subscriptions, tenants, resource groups and user-assigned identities.`;
    throw new ArmError(404, "NotFound", message, "the platform does not have this part of Azure Resource Manager");
  }
  if (found.kind === "otherMethod") {
    const allowed = found.methods.join(", ");
    throw new ArmError(
      405,
      "MethodNotAllowed",
      `The method '${method}' is not allowed here.`,
      `use ${allowed} instead`,
    );
  }
  const { route, parameters } = found;
  const id = parameters["subscription"] ?? azureSubscriptionId;
  if (id.toLowerCase() !== azureSubscriptionId) {
    const message = `The subscription '${id}' could not be found.`;
    throw new ArmError(404, "SubscriptionNotFound", message, "the platform has only one subscription");
  }
  if (method !== "GET" && method !== "HEAD") {
    checkWriteAccess(context, caller, route, method, url);
  }
  const body = method === "PUT" || method === "PATCH" ? await readBody(request) : {};
  if (body === undefined) {
    const message = "The request content was invalid and could not be deserialized: it must be a JSON object.";
    throw new ArmError(400, "InvalidRequestContent", message, "the body is not a JSON object");
  }
  return route.handle({ context, caller, body, parameter: (name) => parameters[name] ?? "" });
}

function checkWriteAccess(
  { directory }: AzureContext,
  { objectId }: ResourceManagerCaller,
  { type }: Pick<ResourceManagerRoute, "type">,
  method: string,
  { pathname }: URL,
): void {
  if (roleTemplateIdsOf(directory, objectId).includes(globalAdministrator.templateId)) {
    return;
  }
  const action = `${type}/${method === "DELETE" ? "delete" : "write"}`;
  const message =
    `The client '${objectId}' with object id '${objectId}' does not have authorization to perform action '${action}' ` +
    `over scope '${pathname}' or the scope is invalid. If access was recently granted, please refresh your credentials.`;
  const why = `only ${globalAdministrator.displayName}s may change resources here; assign that directory role to the caller`;
  throw new ArmError(403, "AuthorizationFailed", message, why);
}

async function readBody(request: PlainRequest): Promise<Readonly<Record<string, unknown>> | undefined> {
  return parseJsonObject(await request.text().catch(() => ""));
}

function challenge(context: AzureContext, description: string): string {
  return `Bearer authorization_uri="${context.issuers[2]}/", error="invalid_token", error_description="${description}"`;
}
