import { Refusal, ticks } from "../../aadsts/aadsts.ts";
import { type Claims, decodeJson, stringClaim } from "../../core/jwt.ts";
import type { Application } from "../../directory/applications/applicationProperties.ts";
import type { AuthenticationMethod } from "../../directory/issuedTokens/authentication.ts";
import { tenantPolicy } from "../../directory/tenants/tenantPolicy.ts";
import { getTenant, type Tenant } from "../../directory/tenants/tenants.ts";
import { getUser } from "../../directory/users/users.ts";
import { readResource, readScopes } from "../consent/requestedScopes.ts";
import type { TokenServiceContext } from "../context.ts";
import { checkSignInIsValid } from "../issuance/signInValidity.ts";
import { issueUserTokens } from "../issuance/userTokens.ts";
import type { Grant } from "./grant.ts";
import { accountDeleted, requireOneResource, requireParameters, wantsClientInfo } from "./userGrant.ts";

/**
 * An API calls another API for the user whose token it received.
 *
 * @see RFC 7523 section 2.1, https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow
 */
export const onBehalfOf: Grant = {
  grantType: "urn:ietf:params:oauth:grant-type:jwt-bearer",
  parameters: ["assertion", "requested_token_use", "scope", "resource", "client_info", "claims"],
  checkParameters(_, request) {
    requireParameters(request, "assertion", "requested_token_use", request.version === 1 ? "resource" : "scope");
    if (request.form.get("requested_token_use") !== "on_behalf_of") {
      throw new Refusal("90013", {}, "requested_token_use must be on_behalf_of");
    }
  },
  findTenant({ directory }, { form }) {
    const claims = decodeJson((form.get("assertion") ?? "").split(".")[1] ?? "");
    const tenant = getTenant(directory, stringClaim(claims, "tid"));
    if (tenant === undefined) {
      throw new Refusal("50027", {}, "the assertion names no tenant");
    }
    return tenant;
  },
  credentialRule: () => ({ credential: "required", platform: "web" }),
  async handle(context, request, { tenant, application, client, proof }) {
    const { form, version } = request;
    const assertion = await readAssertion(context, application, form.get("assertion") ?? "");
    const user = getUser(context.directory, stringClaim(assertion, "oid"));
    if (user === undefined) {
      throw accountDeleted();
    }
    const authentication = {
      userId: user.id,
      sid: stringClaim(assertion, "sid"),
      // Tokens are backdated by five minutes and rounded down to a second: the whole second counts.
      signedInMs: (number(assertion, "iat") + 300) * 1000 + 999,
      methods: methodsOf(context, tenant, assertion),
    };
    checkSignInIsValid(context, authentication, "web");
    const scope = form.get("scope") ?? "";
    const requested =
      version === 1
        ? readResource(context, tenant, application, form.get("resource"))
        : requireOneResource(readScopes(context, tenant, application, scope), scope);
    return issueUserTokens(context, {
      ...{ version, tenant, application, client, user, authentication, requested, scope, proof },
      platform: "web",
      claims: form.get("claims"),
      wantsClientInfo: wantsClientInfo(request),
    });
  },
};

async function readAssertion(
  context: TokenServiceContext,
  application: Application,
  assertion: string,
): Promise<Claims> {
  const verified = await context.signing.verify(assertion);
  if (verified.kind === "malformed") {
    throw new Refusal("50027", {}, "the assertion is not a JWT; send the access token that your API received");
  }
  if (verified.kind === "badSignature") {
    const thumbprint = stringClaim(decodeJson(assertion.split(".")[0] ?? ""), "kid");
    const published = await context.signing.keys.published();
    throw published.some(({ kid }) => kid === thumbprint)
      ? new Refusal("50013:signature", { thumbprint }, "the assertion was changed after this platform signed it")
      : new Refusal("50013:notFound", { thumbprint }, "the assertion was not signed by this platform");
  }
  const { claims } = verified;
  checkTimes(context, claims);
  checkAudience(application, claims);
  checkUser(application, claims);
  return claims;
}

function checkTimes({ clock }: TokenServiceContext, claims: Claims): void {
  const [nowMs, expiryMs] = [clock.now(), number(claims, "exp") * 1000];
  if (nowMs >= expiryMs) {
    const times = { now: ticks(nowMs), expiry: ticks(expiryMs) };
    throw new Refusal("500133", times, "the user's token has expired; the caller needs a new one");
  }
}

function checkAudience({ appId, displayName, identifierUris }: Application, claims: Claims): void {
  const audience = stringClaim(claims, "aud");
  if (audience !== appId && !identifierUris.includes(audience)) {
    const why = "the assertion is for another API: send the token that was issued for this one, not one for Graph";
    throw new Refusal("500131", { audience, appId, appName: displayName }, why);
  }
}

function checkUser({ appId }: Application, claims: Claims): void {
  if (typeof claims["scp"] !== "string") {
    const why = "the assertion is a token of an application without a user, or an ID token";
    throw new Refusal("7000114", { appId }, why);
  }
}

/** Version 2 tokens do not contain how the user signed in; then it was as the tenant requires. */
function methodsOf(
  { directory }: TokenServiceContext,
  tenant: Tenant,
  claims: Claims,
): readonly AuthenticationMethod[] {
  const methods = claims["amr"];
  const hadSecondFactor = Array.isArray(methods)
    ? methods.includes("mfa")
    : tenantPolicy(directory, tenant.id).requiresSecondFactor;
  return hadSecondFactor ? ["pwd", "mfa"] : ["pwd"];
}

function number(claims: Claims, name: string): number {
  const value = claims[name];
  return typeof value === "number" ? value : 0;
}
