import { Refusal } from "../../aadsts/aadsts.ts";
import { answerMetadata, answerMetadataRefusal } from "../../aadsts/stsErrors.ts";
import { type Exchange, openExchange } from "../../http/exchange.ts";
import { interceptedNames } from "../../interception/names.ts";
import { issuerOf } from "../../signing/claims/claimValues.ts";
import type { TokenServiceContext } from "../context.ts";
import { consumersTenantId, type ResolvedTenant, resolveTenant } from "../tenantSegment.ts";
import type { Endpoint } from "./endpoint.ts";

export const openIdConfigurationVersion2: Endpoint = discovery(2, "/{tenant}/v2.0/.well-known/openid-configuration");
export const openIdConfigurationVersion1: Endpoint = discovery(1, "/{tenant}/.well-known/openid-configuration");

type Described = Exclude<ResolvedTenant, { readonly kind: "unknown" | "malformed" }>;

function discovery(version: 1 | 2, path: string): Endpoint {
  return {
    method: "GET",
    path,
    handle(context, request, { tenant: segment = "" }) {
      const exchange = openExchange(context, request);
      const resolved = resolveTenant(context.directory, segment);
      if (resolved.kind === "unknown" || resolved.kind === "malformed") {
        const why = `no tenant "${segment}" exists on this platform; check id and domain`;
        const refusal = new Refusal("90002:discovery", { tenant: segment }, why);
        context.events.record({
          type: "request",
          method: request.method,
          path: exchange.url.pathname,
          status: refusal.status,
          why: `AADSTS${refusal.code}: ${why}`,
          aadsts: refusal.code,
          correlationId: exchange.correlationId,
        });
        return answerMetadataRefusal(context, exchange, refusal);
      }
      const document = version === 2 ? version2(context, exchange, resolved) : version1(context, exchange, resolved);
      return answerMetadata(exchange, document);
    },
  };
}

/** Entra: `code_challenge_methods_supported` and `grant_types_supported` are absent although PKCE and grants work. */
function version2(context: TokenServiceContext, exchange: Exchange, described: Described): object {
  const base = `${exchange.base}/${pathSegment(described)}`;
  return {
    token_endpoint: `${base}/oauth2/v2.0/token`,
    token_endpoint_auth_methods_supported: ["client_secret_post", "private_key_jwt", "client_secret_basic"],
    jwks_uri: `${base}/discovery/v2.0/keys`,
    response_modes_supported: ["query", "fragment", "form_post"],
    subject_types_supported: ["pairwise"],
    id_token_signing_alg_values_supported: ["RS256"],
    response_types_supported: ["code", "id_token", "code id_token", "id_token token"],
    scopes_supported: ["openid", "profile", "email", "offline_access"],
    issuer: issuerOf(context, issuerTenant(described), 2),
    request_uri_parameter_supported: false,
    userinfo_endpoint: `https://${graphHost(exchange)}/oidc/userinfo`,
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    device_authorization_endpoint: `${base}/oauth2/v2.0/devicecode`,
    http_logout_supported: true,
    frontchannel_logout_supported: true,
    end_session_endpoint: `${base}/oauth2/v2.0/logout`,
    claims_supported: [...sharedClaims, "preferred_username", "name", "tid", "ver", "at_hash", "c_hash", "email"],
    kerberos_endpoint: `${base}/kerberos`,
    ...cloudMembers(exchange, described),
  };
}

function version1(context: TokenServiceContext, exchange: Exchange, described: Described): object {
  const base = `${exchange.base}/${pathSegment(described)}`;
  return {
    token_endpoint: `${base}/oauth2/token`,
    token_endpoint_auth_methods_supported: ["client_secret_post", "private_key_jwt", "client_secret_basic"],
    jwks_uri: `${exchange.base}/common/discovery/keys`,
    response_modes_supported: ["query", "fragment", "form_post"],
    subject_types_supported: ["pairwise"],
    id_token_signing_alg_values_supported: ["RS256"],
    response_types_supported: ["code", "id_token", "code id_token", "token id_token", "token"],
    scopes_supported: ["openid"],
    issuer: issuerOf(context, issuerTenant(described), 1),
    microsoft_multi_refresh_token: true,
    authorization_endpoint: `${base}/oauth2/authorize`,
    device_authorization_endpoint: `${base}/oauth2/devicecode`,
    http_logout_supported: true,
    frontchannel_logout_supported: true,
    end_session_endpoint: `${base}/oauth2/logout`,
    check_session_iframe: `${base}/oauth2/checksession`,
    userinfo_endpoint: `${base}/openid/userinfo`,
    claims_supported: [...sharedClaims, "email", "amr", "given_name", "family_name", "nickname"],
    kerberos_endpoint: `${base}/kerberos`,
    ...cloudMembers(exchange, described),
  };
}

const sharedClaims: readonly string[] = [
  ...["sub", "iss", "cloud_instance_name", "cloud_instance_host_name", "cloud_graph_host_name", "msgraph_host"],
  ...["aud", "exp", "iat", "auth_time", "acr", "nonce"],
];

function cloudMembers(exchange: Exchange, described: Described): object {
  return {
    tenant_region_scope: described.kind === "tenant" ? described.tenant.profile.regionScope : null,
    cloud_instance_name: "microsoftonline.com",
    cloud_graph_host_name: "graph.windows.net",
    msgraph_host: graphHost(exchange),
    rbac_url: "https://pas.windows.net",
  };
}

/** Graph at the name that the caller used, or at its own if that is Microsoft's. */
function graphHost(exchange: Exchange): string {
  return interceptedNames.has(exchange.url.host) ? "graph.microsoft.com" : exchange.url.host;
}

/** A domain in the path becomes the tenant's id in every URL of the document. */
function pathSegment(described: Described): string {
  return described.kind === "tenant" ? described.tenant.id : described.alias;
}

/** Entra: common and organizations have a placeholder for the tenant; consumers has its fixed id. */
function issuerTenant(described: Described): string {
  if (described.kind === "tenant") {
    return described.tenant.id;
  }
  return described.alias === "consumers" ? consumersTenantId : "{tenantid}";
}
