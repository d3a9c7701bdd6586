import { Refusal } from "../../aadsts/aadsts.ts";
import { roleTemplateIdsOf } from "../../directory/directoryRoles/directoryRoles.ts";
import type { ServicePrincipal } from "../../directory/servicePrincipals/servicePrincipals.ts";
import { appOnlyClaims } from "../../signing/claims/appOnlyClaims.ts";
import { readClaimsRequest } from "../../signing/claims/claimsRequest.ts";
import { issuerOf } from "../../signing/claims/claimValues.ts";
import { accessTokenTimes, evaluatesContinuously } from "../../signing/lifetime.ts";
import type { TokenServiceContext } from "../context.ts";
import {
  accessTokenVersion,
  checkAssigned,
  findResource,
  missingSlashHint,
  resourceOfAppScope,
  rolesOn,
} from "../resource.ts";
import type { TokenRequest } from "../tokenRequest.ts";
import type { Grant } from "./grant.ts";

/**
 * An application acting for itself, without a user. @see
 * https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
 */
export const clientCredentials: Grant = {
  grantType: "client_credentials",
  parameters: ["scope", "resource"],
  checkParameters,
  async handle(context, request, { tenant, application, client, proof }) {
    const found = findResource(context, tenant, requestedName(request));
    const resource = found.servicePrincipal;
    const { directory } = context;
    const { permissions, version, directoryRoleTemplateIds } = directory.memoize(
      `app token ${client.id} ${resource.id}`,
      () => ({
        permissions: rolesOn(context, client, resource),
        version: accessTokenVersion(context, resource),
        directoryRoleTemplateIds: roleTemplateIdsOf(directory, client.id),
      }),
    );
    checkAssigned(client, found, permissions);
    const isContinuouslyEvaluated =
      readClaimsRequest(request.form.get("claims")).handlesChallenges && evaluatesContinuously(resource.appId);
    const times = accessTokenTimes(context, isContinuouslyEvaluated);
    const claims = appOnlyClaims({
      version,
      issuer: issuerOf(context, tenant.id, version),
      tenant,
      application,
      client,
      resource,
      resourceName: found.name,
      proof,
      roles: permissions.roles,
      directoryRoleTemplateIds,
      issuedSeconds: times.notBeforeSeconds,
      expiresSeconds: times.expiresSeconds,
      isContinuouslyEvaluated,
      random: context.random,
    });
    return {
      accessToken: await context.signing.sign(version, claims),
      ...times,
      resource: found.name,
      permissions: permissions.roles,
      why: `${reason(resource, permissions.roles)}${missingSlashHint(found) ?? ""}`,
    };
  },
};

function checkParameters(_: TokenServiceContext, { version, form }: TokenRequest): void {
  const isMissing = (name: string): boolean => (form.get(name) ?? "").trim() === "";
  if (version === 1 && isMissing("resource")) {
    throw new Refusal("50001", {}, "the version 1 endpoint needs resource={identifier URI of the API}");
  }
  if (version === 2 && !isMissing("resource")) {
    const why = "resource belongs to /oauth2/token; /oauth2/v2.0/token takes scope={resource}/.default";
    throw new Refusal("901002", {}, why);
  }
  if (version === 2 && isMissing("scope")) {
    throw new Refusal("90014", { field: "scope" }, "the request has no scope; send scope={resource}/.default");
  }
}

function requestedName({ version, form }: TokenRequest): string {
  return version === 1 ? (form.get("resource") ?? "").trim() : resourceOfAppScope((form.get("scope") ?? "").trim());
}

function reason(resource: ServicePrincipal, roles: readonly string[]): string {
  return roles.length > 0
    ? `app-only token for ${resource.displayName} with roles ${roles.join(", ")}`
    : `app-only token for ${resource.displayName} without roles: no application permissions on it are consented to`;
}
