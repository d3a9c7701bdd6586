import { type Context, Hono } from "hono";
import { roleTemplateIdsOf } from "../../directory/directoryRoles/directoryRoles.ts";
import { globalAdministrator } from "../../directory/directoryRoles/roleTemplates.ts";
import { azureSubscriptionId } from "../../directory/wellKnown.ts";
import { openExchange } from "../../http/exchange.ts";
import type { AzureContext } from "../context.ts";
import { authenticate, azureResourceManager, type ResourceManagerCaller } from "./caller.ts";
import { fault, type ResourceManagerFault } from "./fault.ts";
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
import {
  matchRoute,
  type ResourceManagerMethod,
  type ResourceManagerOutcome,
  type ResourceManagerRoute,
} from "./route.ts";

/** The types of resources, each at the paths that it has. */
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

/**
 * As much of Azure Resource Manager as identities need: signing in with Azure's tools, and user-assigned managed
 * identities in their resource groups. Everybody in the tenant may read; the rest takes its Global Administrator, since
 * the role assignments of Azure are not part of the platform.
 *
 * @see https://learn.microsoft.com/rest/api/azure/
 */
export function resourceManagerRoutes(context: AzureContext): Hono {
  const app = new Hono();
  app.all("*", async (c) => {
    const request = c.req.raw;
    const exchange = openExchange(context, request);
    const caller = await authenticate(context, azureResourceManager, request.headers.get("authorization"));
    const outcome = caller.kind === "fault" ? caller : await settle(context, caller, c, exchange.url);
    const { status } = outcome;
    context.events.record({
      type: "request",
      method: request.method,
      path: exchange.url.pathname,
      status,
      why: outcome.kind === "fault" ? outcome.why : "Azure Resource Manager lets the caller do this",
      clientId: caller.kind === "fault" ? undefined : caller.clientId,
      tenantId: caller.kind === "fault" ? undefined : caller.tenant.id,
      correlationId: exchange.correlationId,
    });
    const headers = {
      "cache-control": "no-cache",
      "x-ms-request-id": exchange.traceId,
      "x-ms-correlation-request-id": exchange.correlationId,
      ...(status === 401 ? { "www-authenticate": challenge(context, outcome) } : {}),
    };
    const body = outcome.kind === "fault" ? { error: { code: outcome.code, message: outcome.message } } : outcome.body;
    return status === 204 || body === undefined ? c.body(null, status, headers) : c.json(body, status, headers);
  });
  return app;
}

async function settle(
  context: AzureContext,
  caller: ResourceManagerCaller,
  c: Context,
  url: URL,
): Promise<ResourceManagerOutcome> {
  if (!url.searchParams.has("api-version")) {
    const message = "The api-version query parameter (?api-version=) is required for all requests.";
    return fault(400, "MissingApiVersionParameter", message, "the request has no api-version");
  }
  const found = findRoute(url.pathname);
  if (found === undefined) {
    const message = `'${url.pathname}' is not part of the local platform, which has subscriptions, tenants, resource groups and user-assigned identities only.`;
    return fault(404, "NotFound", message, "this part of Azure Resource Manager is not built");
  }
  const { route, parameters } = found;
  const method = c.req.raw.method as ResourceManagerMethod;
  const handle = Object.hasOwn(route.methods, method) ? route.methods[method] : undefined;
  if (handle === undefined) {
    const allowed = Object.keys(route.methods).join(", ");
    return fault(405, "MethodNotAllowed", `The method '${method}' is not allowed here.`, `${allowed} are`);
  }
  const id = parameters.get("subscription") ?? azureSubscriptionId;
  if (id.toLowerCase() !== azureSubscriptionId) {
    const message = `The subscription '${id}' could not be found.`;
    return fault(404, "SubscriptionNotFound", message, "there is one subscription");
  }
  const refusal = method === "GET" || method === "HEAD" ? undefined : refuseCaller(context, caller, route, method, url);
  if (refusal !== undefined) {
    return refusal;
  }
  const body = method === "PUT" || method === "PATCH" ? await readBody(c.req.raw) : {};
  if (body === undefined) {
    const message = "The request content was invalid and could not be deserialized: it has to be a JSON object.";
    return fault(400, "InvalidRequestContent", message, "the body is no JSON object");
  }
  return handle({ context, caller, body, parameter: (name) => parameters.get(name) ?? "" });
}

function findRoute(
  pathname: string,
): { route: ResourceManagerRoute; parameters: ReadonlyMap<string, string> } | undefined {
  for (const route of routes) {
    const parameters = matchRoute(route, pathname);
    if (parameters !== undefined) return { route, parameters };
  }
  return undefined;
}

function refuseCaller(
  { directory }: AzureContext,
  { objectId }: ResourceManagerCaller,
  { type }: ResourceManagerRoute,
  method: string,
  { pathname }: URL,
): ResourceManagerFault | undefined {
  if (roleTemplateIdsOf(directory, objectId).includes(globalAdministrator.templateId)) {
    return undefined;
  }
  const action = `${type}/${method === "DELETE" ? "delete" : "write"}`;
  const message =
    `The client '${objectId}' with object id '${objectId}' does not have authorization to perform action '${action}' ` +
    `over scope '${pathname}' or the scope is invalid. If access was recently granted, please refresh your credentials.`;
  const why = `only ${globalAdministrator.displayName}s may change resources here: give the caller that directory role`;
  return fault(403, "AuthorizationFailed", message, why);
}

async function readBody(request: Request): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    const body: unknown = JSON.parse(await request.text());
    return typeof body === "object" && body !== null && !Array.isArray(body) ? { ...body } : undefined;
  } catch {
    return undefined;
  }
}

function challenge(context: AzureContext, outcome: ResourceManagerOutcome): string {
  const description = outcome.kind === "fault" ? outcome.message : "";
  return `Bearer authorization_uri="${context.issuers[2]}/", error="invalid_token", error_description="${description}"`;
}
