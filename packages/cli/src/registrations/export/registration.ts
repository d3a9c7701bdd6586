import type { SeedApplication, SeedAppRole, SeedFederatedCredential, SeedScope } from "@latchkey/platform";
import type { GraphApplication, GraphAppRole, GraphFederatedCredential, GraphScope } from "../graphShapes.ts";

/** The registration in the words of a manifest; what a new one has by itself is left out. */
export function exportRegistration(application: GraphApplication, isPinned: boolean): Omit<SeedApplication, "name"> {
  const { appId, api, web, spa, publicClient, identifierUris } = application;
  const { enableIdTokenIssuance, enableAccessTokenIssuance } = web.implicitGrantSettings;
  // A URI with the client id in it is good for that client id only.
  const uris = isPinned ? identifierUris : identifierUris.filter((uri) => !uri.toLowerCase().includes(appId));
  const audience = application.signInAudience as NonNullable<SeedApplication["signInAudience"]>;
  return {
    displayName: application.displayName,
    clientId: isPinned ? appId : undefined,
    description: application.description ?? undefined,
    signInAudience: audience === "AzureADMyOrg" ? undefined : audience,
    redirectUris: some({
      web: filled(web.redirectUris),
      spa: filled(spa.redirectUris),
      publicClient: filled(publicClient.redirectUris),
    }),
    logoutUrl: web.logoutUrl ?? undefined,
    allowPublicClient: application.isFallbackPublicClient ?? undefined,
    identifierUris: filled(uris),
    requestedAccessTokenVersion: api.requestedAccessTokenVersion ?? undefined,
    appRoles: filled(application.appRoles.flatMap(exportRole)),
    scopes: filled(api.oauth2PermissionScopes.flatMap(exportScope)),
    implicitGrant: some({
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

/** The list, unless it is empty. */
export function filled<Item>(list: readonly Item[]): readonly Item[] | undefined {
  return list.length === 0 ? undefined : list;
}

function some<Fields extends object>(fields: Fields): Fields | undefined {
  return Object.values(fields).every((value) => value === undefined) ? undefined : fields;
}
