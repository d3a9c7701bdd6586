import { Refusal } from "../../aadsts/aadsts.ts";
import { errorDescription, errorUri } from "../../aadsts/stsErrors.ts";
import type { RequestedPermissions } from "../../directory/permissionGrants/consent.ts";
import type { Tenant } from "../../directory/tenants/tenants.ts";
import type { Exchange } from "../../http/exchange.ts";
import { type PlainResponse, redirect } from "../../http/plainHttp.ts";
import type { TokenServiceContext } from "../context.ts";
import type { ConsentRequest } from "./consentRequest.ts";

type Parameters = readonly (readonly [string, string | undefined])[];

/** @see https://learn.microsoft.com/entra/identity-platform/v2-admin-consent#successful-response */
export function acceptedParameters(
  request: ConsentRequest,
  tenant: Tenant,
  permissions: readonly RequestedPermissions[],
): Parameters {
  return [
    ["admin_consent", "True"],
    ["tenant", tenant.id],
    ["scope", request.version === 2 ? grantedScope(permissions) : undefined],
    ["state", request.state],
  ];
}

/** Version 1 as documented; version 2 as observed in 2023, which differs from its documentation. */
export function declinedParameters(
  context: TokenServiceContext,
  exchange: Exchange,
  request: ConsentRequest,
): Parameters {
  if (request.version === 1) {
    return [
      ["error", "permission_denied"],
      ["error_description", "The admin canceled the request"],
      ["state", request.state],
    ];
  }
  const refusal = new Refusal("65004", {}, "the administrator declined");
  return [
    ["error", refusal.error],
    ["error_description", errorDescription(context, exchange, refusal)],
    ["error_uri", errorUri(exchange, refusal)],
    ["admin_consent", "True"],
    ["state", request.state],
  ];
}

export function redirectTo(registered: URL, parameters: Parameters): PlainResponse {
  const url = new URL(registered);
  for (const [name, value] of parameters) {
    if (value !== undefined) {
      url.searchParams.append(name, value);
    }
  }
  return redirect(302, url.href);
}

/** Each permission under its API's identifier URI. */
function grantedScope(permissions: readonly RequestedPermissions[]): string {
  return permissions
    .flatMap(({ resource, appRoles, scopes }) => {
      const name = resource.servicePrincipalNames.find((candidate) => candidate.includes("://")) ?? resource.appId;
      const values = [...scopes.map((scope) => scope.value), ...(appRoles.length > 0 ? [".default"] : [])];
      return values.map((value) => `${name}/${value}`);
    })
    .join(" ");
}
