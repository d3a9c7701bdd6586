import { isoInstant, storedValue } from "../directory.ts";
import type {
  Application,
  AppRole,
  Json,
  KeyCredential,
  PasswordCredential,
  PermissionScope,
} from "./applicationProperties.ts";

/** The properties of an application's manifest, in the order of the real service. */
export const manifestProperties = [
  "id",
  "deletedDateTime",
  "appId",
  "applicationTemplateId",
  "disabledByMicrosoftStatus",
  "createdDateTime",
  "displayName",
  "description",
  "groupMembershipClaims",
  "identifierUris",
  "isDeviceOnlyAuthSupported",
  "isFallbackPublicClient",
  "nativeAuthenticationApisEnabled",
  "notes",
  "publisherDomain",
  "serviceManagementReference",
  "signInAudience",
  "tags",
  "tokenEncryptionKeyId",
  "uniqueName",
  "samlMetadataUrl",
  "defaultRedirectUri",
  "certification",
  "optionalClaims",
  "servicePrincipalLockConfiguration",
  "requestSignatureVerification",
  "addIns",
  "api",
  "appRoles",
  "info",
  "keyCredentials",
  "parentalControlSettings",
  "passwordCredentials",
  "publicClient",
  "requiredResourceAccess",
  "verifiedPublisher",
  "web",
  "spa",
] as const;

export type ManifestProperty = (typeof manifestProperties)[number];

/** Returns a property of the manifest, without secrets and keys. */
export function manifestValue(application: Application, property: string): Json {
  const { api, web } = application;
  switch (property) {
    case "api":
      return {
        acceptMappedClaims: api.acceptMappedClaims,
        knownClientApplications: api.knownClientApplications,
        requestedAccessTokenVersion: api.requestedAccessTokenVersion,
        oauth2PermissionScopes: api.oauth2PermissionScopes.map(showScope),
        preAuthorizedApplications: api.preAuthorizedApplications,
      };
    case "appRoles":
      return application.appRoles.map(showAppRole);
    case "keyCredentials":
      return application.keyCredentials.map(showKey);
    case "passwordCredentials":
      return application.passwordCredentials.map((credential) => showPassword(credential, null));
    case "requiredResourceAccess":
      return application.requiredResourceAccess.map(({ resourceAppId, resourceAccess }) => ({
        resourceAppId,
        resourceAccess: resourceAccess.map(({ id, type }) => ({ id, type })),
      }));
    case "web":
      return {
        homePageUrl: web.homePageUrl,
        logoutUrl: web.logoutUrl,
        redirectUris: web.redirectUris,
        implicitGrantSettings: {
          enableAccessTokenIssuance: web.implicitGrantSettings.enableAccessTokenIssuance,
          enableIdTokenIssuance: web.implicitGrantSettings.enableIdTokenIssuance,
        },
        redirectUriSettings: web.redirectUris.map((uri) => ({ uri, index: null })),
      };
    default:
      return storedValue(application, property);
  }
}

/** `customKeyIdentifier` is the SHA-1 thumbprint of the certificate. The key itself is never returned. */
export function showKey(credential: KeyCredential): { readonly [name: string]: Json } {
  return {
    customKeyIdentifier: credential.thumbprint,
    displayName: credential.displayName,
    endDateTime: isoInstant(credential.endMs),
    key: null,
    keyId: credential.keyId,
    startDateTime: isoInstant(credential.startMs),
    type: credential.type,
    usage: credential.usage,
  };
}

/** `secretText` is known only in the response to `addPassword`. */
export function showPassword(
  credential: PasswordCredential,
  secretText: string | null,
): { readonly [name: string]: Json } {
  return {
    customKeyIdentifier: null,
    displayName: credential.displayName,
    endDateTime: isoInstant(credential.endMs),
    hint: credential.hint,
    keyId: credential.keyId,
    secretText,
    startDateTime: isoInstant(credential.startMs),
  };
}

/** The wire format shared by applications and service principals, members in wire order. */
export function showAppRole(role: AppRole): Json {
  return {
    allowedMemberTypes: role.allowedMemberTypes,
    description: role.description,
    displayName: role.displayName,
    id: role.id,
    isEnabled: role.isEnabled,
    origin: "Application",
    value: role.value,
  };
}

export function showScope(scope: PermissionScope): Json {
  return {
    adminConsentDescription: scope.adminConsentDescription,
    adminConsentDisplayName: scope.adminConsentDisplayName,
    id: scope.id,
    isEnabled: scope.isEnabled,
    type: scope.type,
    userConsentDescription: scope.userConsentDescription,
    userConsentDisplayName: scope.userConsentDisplayName,
    value: scope.value,
  };
}
