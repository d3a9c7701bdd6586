import type { SeedApplication, SeedAppRole, SeedFederatedCredential, SeedScope } from "@latchkey/platform";
import type { GraphApplication, GraphAppRole, GraphFederatedCredential, GraphScope } from "../graphShapes.ts";

/** Returns the registration as a manifest lists it, without default values. */
export function exportRegistration(application: GraphApplication, isPinned: boolean): Omit<SeedApplication, "name"> {
  const { appId, api, web, spa, publicClient, identifierUris } = application;
  const { enableIdTokenIssuance, enableAccessTokenIssuance } = web.implicitGrantSettings;
  // A URI that contains the client id is valid for that client id only.
  const uris = isPinned ? identifierUris : identifierUris.filter((uri) => !uri.toLowerCase().includes(appId));
  const audience = application.signInAudience as NonNullable<SeedApplication["signInAudience"]>;
  return {
    displayName: application.displayName,
    clientId: isPinned ? appId : undefined,
    description: application.description ?? undefined,
    signInAudience: audience === "AzureADMyOrg" ? undefined : audience,
    redirectUris: definedOrNothing({
      web: nonEmpty(web.redirectUris),
      spa: nonEmpty(spa.redirectUris),
      publicClient: nonEmpty(publicClient.redirectUris),
    }),
    logoutUrl: web.logoutUrl ?? undefined,
    allowPublicClient: application.isFallbackPublicClient ?? undefined,
    identifierUris: nonEmpty(uris),
    requestedAccessTokenVersion: api.requestedAccessTokenVersion ?? undefined,
    appRoles: nonEmpty(application.appRoles.flatMap(exportRole)),
    scopes: nonEmpty(api.oauth2PermissionScopes.flatMap(exportScope)),
    implicitGrant: definedOrNothing({
      idTokens: enableIdTokenIssuance || undefined,
      accessTokens: enableAccessTokenIssuance || undefined,
    }),
    optionalClaims: application.optionalClaims ?? undefined,
    groupMembershipClaims: application.groupMembershipClaims ?? undefined,
  };
}

export function exportFederatedCredential(credential: GraphFederatedCredential): SeedFederatedCredential {
  const { name, issuer, subject, audiences, description } = credential;
  const [audience] = audiences;
  return {
    name,
    issuer,
    subject,
    audience: audience === "api://AzureADTokenExchange" ? undefined : audience,
    description: description ?? undefined,
  };
}

function exportRole({ id, value, displayName, description, allowedMemberTypes }: GraphAppRole): readonly SeedAppRole[] {
  const isDefault = allowedMemberTypes.join() === "Application";
  const types = isDefault ? undefined : allowedMemberTypes;
  return value === null ? [] : [{ value, id, displayName, description, allowedMemberTypes: types }];
}

function exportScope(scope: GraphScope): readonly SeedScope[] {
  const { id, value, adminConsentDisplayName, adminConsentDescription, type } = scope;
  if (value === null) {
    return [];
  }
  const isForUsers = type === "User";
  return [
    {
      value,
      id,
      displayName: adminConsentDisplayName,
      description: adminConsentDescription,
      type: isForUsers ? undefined : type,
    },
  ];
}

/** Returns the list, or `undefined` if it is empty. */
export function nonEmpty<Item>(list: readonly Item[]): readonly Item[] | undefined {
  return list.length === 0 ? undefined : list;
}

function definedOrNothing<Fields extends object>(fields: Fields): Fields | undefined {
  return Object.values(fields).every((value) => value === undefined) ? undefined : fields;
}
