import { roleTemplateIdsOf } from "../../directory/directoryRoles/directoryRoles.ts";
import type { Authentication } from "../../directory/issuedTokens/authentication.ts";
import { describeManagedIdentity } from "../../directory/managedIdentities/managedIdentities.ts";
import { addMicrosoftClient } from "../../directory/provisioning/addMicrosoftClient.ts";
import { cloudShellClient } from "../../directory/provisioning/microsoftApplications.ts";
import type { ServicePrincipal } from "../../directory/servicePrincipals/servicePrincipals.ts";
import type { Tenant } from "../../directory/tenants/tenants.ts";
import { getUser } from "../../directory/users/users.ts";
import { appOnlyClaims } from "../../signing/claims/appOnlyClaims.ts";
import { issuerOf } from "../../signing/claims/claimValues.ts";
import { managedIdentityTokenTimes, type TokenTimes } from "../../signing/lifetime.ts";
import type { ResourceScopes } from "../../tokenService/consent/requestedScopes.ts";
import { accountDeleted } from "../../tokenService/grants/userGrant.ts";
import { checkAdmission, checkEnabled } from "../../tokenService/issuance/admission.ts";
import { issueAccessToken } from "../../tokenService/issuance/userTokens.ts";
import { accessTokenVersion, checkAssigned, findResource, rolesOn } from "../../tokenService/resource.ts";
import type { AzureContext } from "../context.ts";

export interface IssuedToken extends Omit<TokenTimes, "refreshInSeconds"> {
  readonly accessToken: string;
  readonly clientId: string;
  /** As requested. */
  readonly resource: string;
  readonly permissions: readonly string[];
  /** The user for whom the token was issued, if any. */
  readonly userId?: string | undefined;
  /** For the log. */
  readonly why: string;
}

/** Issues a token for a managed identity, as the token service does for an application, valid for a day. */
export async function issueToken(
  context: AzureContext,
  tenant: Tenant,
  client: ServicePrincipal,
  resourceName: string,
): Promise<IssuedToken> {
  checkEnabled(client);
  const found = findResource(context, tenant, resourceName);
  const { servicePrincipal: resource } = found;
  const version = accessTokenVersion(context, resource);
  const permissions = rolesOn(context, client, resource);
  checkAssigned(client, found, permissions);
  const { roles } = permissions;
  const times = managedIdentityTokenTimes(context);
  const claims = appOnlyClaims({
    version,
    issuer: issuerOf(context, tenant.id, version),
    tenant,
    client,
    managedResourceId: describeManagedIdentity(client).resourceId,
    resource,
    resourceName,
    proof: "certificate",
    roles,
    directoryRoleTemplateIds: roleTemplateIdsOf(context.directory, client.id),
    issuedSeconds: times.notBeforeSeconds,
    expiresSeconds: times.expiresSeconds,
    isContinuouslyEvaluated: false,
    random: context.random,
  });
  const accessToken = await context.signing.sign(version, claims);
  const why = `token for the managed identity ${client.displayName} with roles ${roles.join(", ") || "none"}`;
  return { accessToken, clientId: client.appId, resource: resourceName, permissions: roles, why, ...times };
}

/** Issues a Cloud Shell token for the user who is signed in there. */
export async function issueUserToken(
  context: AzureContext,
  tenant: Tenant,
  authentication: Authentication,
  resourceName: string,
): Promise<IssuedToken> {
  const user = getUser(context.directory, authentication.userId);
  if (user === undefined) {
    throw accountDeleted();
  }
  const parties = addMicrosoftClient(context.directory, tenant.id, cloudShellClient);
  checkAdmission(context, { tenant, user, authentication, ...parties }, "token");
  const { servicePrincipal: resource } = findResource(context, tenant, resourceName);
  const part: ResourceScopes = { resource, name: resourceName, prefix: "", isDefault: true, scopes: [] };
  const granted = await issueAccessToken(
    context,
    {
      ...{ version: 1, tenant, ...parties, user, authentication, scope: "", platform: "publicClient", proof: "none" },
      requested: { openId: ["openid", "profile", "email"], resources: [part] },
      claims: undefined,
      wantsClientInfo: false,
    },
    part,
  );
  return { ...granted, clientId: parties.client.appId, userId: user.id };
}
