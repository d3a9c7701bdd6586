import { Refusal, refusalOf } from "../../aadsts/aadsts.ts";
import { answerJson, answerRefusal } from "../../aadsts/stsErrors.ts";
import type { Application } from "../../directory/applications/applicationProperties.ts";
import { findApplicationByAppId } from "../../directory/applications/applications.ts";
import { deviceCodeLifetimeMs, issueDeviceCode } from "../../directory/issuedTokens/deviceCodes.ts";
import { findServicePrincipalByAppId } from "../../directory/servicePrincipals/servicePrincipals.ts";
import { type Exchange, openExchange } from "../../http/exchange.ts";
import { isAvailable } from "../adminConsent/consentRequest.ts";
import { checkSignInAudience } from "../authorize/authorizationRequest.ts";
import { readResource, readScopes } from "../consent/requestedScopes.ts";
import type { TokenServiceContext } from "../context.ts";
import { resolveTenant } from "../tenantSegment.ts";
import { readForm } from "../tokenRequest.ts";
import type { Endpoint } from "./endpoint.ts";

export const deviceAuthorizationVersion2: Endpoint = deviceAuthorization(2, "/{tenant}/oauth2/v2.0/devicecode");
export const deviceAuthorizationVersion1: Endpoint = deviceAuthorization(1, "/{tenant}/oauth2/devicecode");

const intervalSeconds = 5;

/** Issues a device code, and the code that the user types elsewhere. @see RFC 8628 section 3.1 */
function deviceAuthorization(version: 1 | 2, path: string): Endpoint {
  return {
    method: "ALL",
    path,
    async handle(context, request, { tenant: segment = "" }) {
      // Entra: the parameters may be in the query as well.
      const query = new URL(request.url).searchParams;
      const form = new Map([...query, ...(request.method === "POST" ? await readForm(request) : [])]);
      const exchange = openExchange(context, request, form);
      try {
        const { appId, displayName } = admitClient(context, version, segment, form);
        const { deviceCode, userCode } = issueDeviceCode(context.directory, {
          tenantSegment: segment,
          clientId: appId,
          version,
          scope: form.get("scope") ?? "",
          resource: form.get("resource"),
        });
        const uri = devicePageUrl(context, exchange);
        record(context, exchange, form, 200, `${displayName} waits for its user to enter a code at ${uri}`);
        return answerJson(context, exchange, 200, body(version, { deviceCode, userCode, uri }));
      } catch (error) {
        const refusal = refusalOf(error);
        record(context, exchange, form, refusal.status, `AADSTS${refusal.code}: ${refusal.why}`, refusal.code);
        return answerRefusal(context, exchange, refusal);
      }
    },
  };
}

/**
 * On the host that the device used; under an intercepted name, on the platform's own, which works without the proxy.
 */
function devicePageUrl(context: TokenServiceContext, exchange: Exchange): string {
  return `${context.mode === "interception" ? context.url : exchange.base}/devicelogin`;
}

function admitClient(
  context: TokenServiceContext,
  version: 1 | 2,
  segment: string,
  form: ReadonlyMap<string, string>,
): Application {
  const appId = form.get("client_id") ?? "";
  if (appId === "") {
    throw new Refusal("900144", { name: "client_id" }, "the body has no client_id");
  }
  if (version === 2 && (form.get("scope") ?? "").trim() === "") {
    throw new Refusal("900144", { name: "scope" }, "the body has no scope");
  }
  const resolved = resolveTenant(context.directory, segment);
  if (resolved.kind === "malformed" || resolved.kind === "unknown") {
    const why = `no tenant "${segment}" exists on this platform; check id and domain`;
    throw new Refusal(resolved.kind === "malformed" ? "900023" : "90002", { tenant: segment }, why);
  }
  const application = findApplicationByAppId(context.directory, appId);
  const tenant = resolved.kind === "tenant" ? resolved.tenant : undefined;
  if (application === undefined || (tenant !== undefined && !isAvailable(application, tenant))) {
    const why = "no application with this client id is registered for the tenant; check client id and tenant";
    throw new Refusal("700016", { appId, tenant: tenant?.displayName ?? segment }, why);
  }
  checkSignInAudience(application, resolved);
  const client =
    tenant === undefined ? undefined : findServicePrincipalByAppId(context.directory, tenant.id, application.appId);
  if (client?.accountEnabled === false) {
    const values = { appId: client.appId, appName: client.displayName };
    throw new Refusal("7000112", values, "the service principal's accountEnabled is false; set it to true");
  }
  if (tenant !== undefined && version === 1) {
    readResource(context, tenant, application, form.get("resource"));
  } else if (tenant !== undefined) {
    readScopes(context, tenant, application, form.get("scope") ?? "");
  }
  return application;
}

/** Entra: version 1 writes numbers as text and names the address `verification_url`. */
function body(
  version: 1 | 2,
  { deviceCode, userCode, uri }: { readonly deviceCode: string; readonly userCode: string; readonly uri: string },
): object {
  const expiresInSeconds = deviceCodeLifetimeMs / 1000;
  const message = `To sign in, use a web browser to open the page ${uri} and enter the code ${userCode} to authenticate.`;
  return version === 1
    ? {
        user_code: userCode,
        device_code: deviceCode,
        verification_url: uri,
        expires_in: String(expiresInSeconds),
        interval: String(intervalSeconds),
        message,
      }
    : {
        user_code: userCode,
        device_code: deviceCode,
        verification_uri: uri,
        expires_in: expiresInSeconds,
        interval: intervalSeconds,
        message,
      };
}

function record(
  context: TokenServiceContext,
  exchange: Exchange,
  form: ReadonlyMap<string, string>,
  status: number,
  why: string,
  aadsts?: number,
): void {
  const { request, url, correlationId } = exchange;
  const clientId = form.get("client_id");
  const event = { type: "request", method: request.method, path: url.pathname } as const;
  context.events.record({ ...event, status, why, aadsts, clientId, correlationId });
}
