import { refuse } from "../aadsts/aadsts.ts";
import { findApplicationByAppId } from "../directory/applications/applications.ts";
import { findServicePrincipalByAppId } from "../directory/servicePrincipals/servicePrincipals.ts";
import { authenticateClient } from "./clientAuthentication/clientAuthentication.ts";
import type { TokenServiceContext } from "./context.ts";
import { type CheckOutcome, known, type TokenFacts } from "./grants/grant.ts";
import { grants } from "./grants/grants.ts";
import { refuseDisabled } from "./issuance/clientAdmission.ts";
import { requireTenant, resolveTenant } from "./tenantSegment.ts";
import type { TokenRequest } from "./tokenRequest.ts";

export interface TokenCheck {
  readonly name: string;
  readonly run: (
    context: TokenServiceContext,
    request: TokenRequest,
    facts: TokenFacts,
  ) => CheckOutcome | Promise<CheckOutcome>;
}

/**
 * Every check before the grant's own, in order: with two faults in one request, the first one here is reported. The
 * order is knowledge, not measurement; after a run against a real tenant, reorder the rows.
 */
export const tokenChecks: readonly TokenCheck[] = [
  { name: "a grant type is given", run: checkGrantType },
  { name: "the grant type is supported", run: checkGrantIsSupported },
  { name: "a client id is given", run: checkClientId },
  { name: "the grant's parameters are there", run: checkParameters },
  { name: "the tenant exists", run: checkTenant },
  { name: "the application is in the tenant", run: checkApplication },
  { name: "the application is enabled", run: checkEnabled },
  { name: "no browser's script uses the grant of others", run: checkOrigin },
  { name: "the kind of client is known", run: checkDemand },
  { name: "the client proves who it is", run: checkCredential },
];

function checkGrantType(_: TokenServiceContext, { form }: TokenRequest): CheckOutcome {
  return (form.get("grant_type") ?? "") === ""
    ? refuse(
        "900144",
        { name: "grant_type" },
        "the body has no grant_type; send it as application/x-www-form-urlencoded, not JSON",
      )
    : { kind: "passed" };
}

function checkGrantIsSupported(_: TokenServiceContext, { form, userFlow }: TokenRequest): CheckOutcome {
  const grantType = form.get("grant_type") ?? "";
  const grant = grants.find((candidate) => candidate.grantType === grantType);
  if (grant === undefined || (userFlow !== undefined && grant.isInUserFlows !== true)) {
    const supported = grants.map((candidate) => candidate.grantType).join(", ");
    return refuse("70003", { grantType }, `this platform does not know the grant; it knows: ${supported}`);
  }
  return { kind: "passed", grant };
}

function checkClientId(_: TokenServiceContext, { form, basic }: TokenRequest): CheckOutcome {
  const clientId = form.get("client_id") || basic?.clientId;
  return clientId === undefined || clientId === ""
    ? refuse("900144", { name: "client_id" }, "the body has no client_id, and there is no Authorization: Basic header")
    : { kind: "passed", clientId };
}

function checkParameters(context: TokenServiceContext, request: TokenRequest, facts: TokenFacts): CheckOutcome {
  return known(facts.grant, "grant").checkParameters(context, request) ?? { kind: "passed" };
}

function checkTenant(context: TokenServiceContext, request: TokenRequest, facts: TokenFacts): CheckOutcome {
  const { directory } = context;
  const { tenantSegment } = request;
  const found = directory.remember(`tenant ${tenantSegment}`, () => requireTenant(directory, tenantSegment));
  if (found.kind === "tenant") {
    return { kind: "passed", tenant: found.tenant };
  }
  const { findTenant } = known(facts.grant, "grant");
  const resolved = resolveTenant(directory, tenantSegment);
  if (resolved.kind !== "alias" || findTenant === undefined) {
    return found;
  }
  const tenant = findTenant(context, request, resolved.alias);
  if ("kind" in tenant) {
    return tenant;
  }
  return resolved.alias === "consumers" ? noPersonalAccounts(context, facts) : { kind: "passed", tenant };
}

function noPersonalAccounts({ directory }: TokenServiceContext, facts: TokenFacts): CheckOutcome {
  const appId = known(facts.clientId, "client id");
  const appName = findApplicationByAppId(directory, appId)?.displayName ?? "";
  const why = "this platform has no personal accounts; use organizations or a tenant";
  return refuse("9002332", { appId, appName }, why);
}

function checkApplication({ directory }: TokenServiceContext, _: TokenRequest, facts: TokenFacts): CheckOutcome {
  const clientId = known(facts.clientId, "client id");
  const tenant = known(facts.tenant, "tenant");
  const { application, client } = directory.remember(`client ${tenant.id} ${clientId}`, () => ({
    application: findApplicationByAppId(directory, clientId),
    client: findServicePrincipalByAppId(directory, tenant.id, clientId),
  }));
  if (application !== undefined && client !== undefined) {
    return { kind: "passed", application, client };
  }
  if (application?.tenantId === tenant.id) {
    return refuse(
      "7000229",
      { appId: clientId, tenant: tenant.id },
      "the application is registered here but has no service principal; grant admin consent or create it",
    );
  }
  const why =
    application === undefined
      ? "no application with this client id is registered; check client id and tenant"
      : "the application is registered in another tenant and nobody here has consented to it";
  return refuse("700016", { appId: clientId, tenant: tenant.displayName }, why);
}

function checkEnabled(_: TokenServiceContext, __: TokenRequest, facts: TokenFacts): CheckOutcome {
  return refuseDisabled(known(facts.client, "client")) ?? { kind: "passed" };
}

function checkOrigin(_: TokenServiceContext, { exchange }: TokenRequest, facts: TokenFacts): CheckOutcome {
  const { grantType, isInBrowsers } = known(facts.grant, "grant");
  const origin = exchange.request.headers.get("origin");
  return origin === null || isInBrowsers === true
    ? { kind: "passed" }
    : refuse("9002326", { origin }, `a browser's script may not use ${grantType}: send the request without Origin`);
}

function checkDemand(context: TokenServiceContext, request: TokenRequest, facts: TokenFacts): CheckOutcome {
  const demand = known(facts.grant, "grant").demand?.(context, request, facts);
  return demand?.kind === "refused" ? demand : { kind: "passed", demand };
}

async function checkCredential(
  context: TokenServiceContext,
  request: TokenRequest,
  facts: TokenFacts,
): Promise<CheckOutcome> {
  const application = known(facts.application, "application");
  const tenant = known(facts.tenant, "tenant");
  const authenticated = await authenticateClient(context, request, { application, tenant, demand: facts.demand });
  switch (authenticated?.kind) {
    case undefined:
      return { kind: "passed" };
    case "refused":
      return authenticated;
    case "authenticated":
      return { kind: "passed", authenticated };
  }
}
