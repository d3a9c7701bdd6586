import { Hono } from "hono";
import { initialDomain, type Tenant } from "./directory/tenants.ts";
import { openExchange } from "./exchange.ts";
import type { PlatformContext } from "./platformContext.ts";
import { authenticate, type ResourceManagerCaller } from "./resourceManager/caller.ts";
import { fault, type ResourceManagerFault } from "./resourceManager/fault.ts";

/** One subscription, which everybody may see: without any, `az login` needs an option to succeed. */
const subscriptionId = "5d2f8a12-0000-4000-8000-000000000001";

type Outcome = ResourceManagerFault | { readonly kind: "answer"; readonly body: object };

/**
 * As much of Azure Resource Manager as signing in with Azure's tools needs: the subscriptions and tenants of the caller.
 *
 * @see https://learn.microsoft.com/rest/api/resources/subscriptions/list
 */
export function resourceManagerRoutes(context: PlatformContext): Hono {
  const app = new Hono();
  app.all("*", async (c) => {
    const request = c.req.raw;
    const exchange = openExchange(context, request);
    const caller = await authenticate(context, request.headers.get("authorization"));
    const outcome = caller.kind === "fault" ? caller : settle(caller, request.method, exchange.url);
    const status = outcome.kind === "fault" ? outcome.status : 200;
    context.events.record({
      type: "request",
      method: request.method,
      path: exchange.url.pathname,
      status,
      why: outcome.kind === "fault" ? outcome.why : "Azure Resource Manager shows this to every caller",
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
    return c.json(body, status, headers);
  });
  return app;
}

function settle({ tenant }: ResourceManagerCaller, method: string, url: URL): Outcome {
  if (!url.searchParams.has("api-version")) {
    const message = "The api-version query parameter (?api-version=) is required for all requests.";
    return fault(400, "MissingApiVersionParameter", message, "the request has no api-version");
  }
  const [collection = "", id, ...rest] = url.pathname
    .toLowerCase()
    .split("/")
    .slice(1)
    .filter((part) => part !== "");
  if (rest.length > 0 || (collection !== "subscriptions" && (collection !== "tenants" || id !== undefined))) {
    const message = `'${url.pathname}' is not part of the local platform, which has subscriptions and tenants only.`;
    return fault(404, "NotFound", message, "only /subscriptions and /tenants are built");
  }
  if (method !== "GET") {
    const message = `The method '${method}' is not allowed here.`;
    return fault(405, "MethodNotAllowed", message, "subscriptions and tenants can only be read");
  }
  if (collection === "tenants") {
    return { kind: "answer", body: { value: [describeTenant(tenant)] } };
  }
  if (id === undefined) {
    return { kind: "answer", body: { value: [describeSubscription(tenant)], count: { type: "Total", value: 1 } } };
  }
  return id === subscriptionId
    ? { kind: "answer", body: describeSubscription(tenant) }
    : fault(404, "SubscriptionNotFound", `The subscription '${id}' could not be found.`, "there is one subscription");
}

function describeSubscription(tenant: Tenant): object {
  return {
    id: `/subscriptions/${subscriptionId}`,
    authorizationSource: "RoleBased",
    managedByTenants: [],
    subscriptionId,
    tenantId: tenant.id,
    displayName: "Local subscription",
    state: "Enabled",
    subscriptionPolicies: {
      locationPlacementId: "Public_2014-09-01",
      quotaId: "Internal_2014-09-01",
      spendingLimit: "Off",
    },
  };
}

function describeTenant(tenant: Tenant): object {
  return {
    id: `/tenants/${tenant.id}`,
    tenantId: tenant.id,
    countryCode: tenant.profile.countryLetterCode,
    displayName: tenant.displayName,
    domains: tenant.domains.map(({ name }) => name),
    tenantCategory: "Home",
    defaultDomain: initialDomain(tenant),
    tenantType: "AAD",
  };
}

function challenge(context: PlatformContext, outcome: Outcome): string {
  const description = outcome.kind === "fault" ? outcome.message : "";
  return `Bearer authorization_uri="${context.issuers[2]}/", error="invalid_token", error_description="${description}"`;
}
