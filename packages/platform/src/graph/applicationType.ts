import type { Application, Json, KeyCredential, PasswordCredential } from "../directory/applicationProperties.ts";
import { isoInstant } from "./bodyRules.ts";
import { type EntityType, type PropertyTable, storedValue } from "./entityType.ts";
import {
  applicationId,
  creationDate,
  identifier,
  notFilterable,
  showAppRole,
  showScope,
  sortableName,
  stringCollection,
} from "./sharedShapes.ts";

/** In wire order. */
const properties: PropertyTable = {
  id: identifier,
  deletedDateTime: notFilterable,
  appId: applicationId,
  applicationTemplateId: { type: "String", filter: ["eq"] },
  disabledByMicrosoftStatus: notFilterable,
  createdDateTime: creationDate,
  displayName: sortableName,
  description: { type: "String", filter: ["eq", "ge", "le", "startswith"], advancedFilter: ["null"], search: "words" },
  groupMembershipClaims: notFilterable,
  identifierUris: {
    ...stringCollection,
    index: { kind: "members", table: "identifierUri", owner: "applicationId", element: "uri" },
  },
  isDeviceOnlyAuthSupported: notFilterable,
  isFallbackPublicClient: notFilterable,
  nativeAuthenticationApisEnabled: notFilterable,
  notes: notFilterable,
  publisherDomain: { type: "String", filter: ["eq", "ge", "le", "startswith"] },
  serviceManagementReference: notFilterable,
  signInAudience: { type: "String", filter: ["eq"] },
  tags: stringCollection,
  tokenEncryptionKeyId: notFilterable,
  uniqueName: { type: "String", filter: ["eq"] },
  samlMetadataUrl: notFilterable,
  defaultRedirectUri: notFilterable,
  certification: notFilterable,
  optionalClaims: notFilterable,
  servicePrincipalLockConfiguration: notFilterable,
  requestSignatureVerification: notFilterable,
  addIns: notFilterable,
  api: notFilterable,
  appRoles: notFilterable,
  info: notFilterable,
  keyCredentials: notFilterable,
  parentalControlSettings: notFilterable,
  passwordCredentials: notFilterable,
  publicClient: notFilterable,
  requiredResourceAccess: notFilterable,
  verifiedPublisher: notFilterable,
  web: notFilterable,
  spa: notFilterable,
};

/** @see https://learn.microsoft.com/graph/api/resources/application */
export const applicationType: EntityType<Application> = {
  name: "application",
  resource: "Application",
  set: "applications",
  properties,
  defaults: Object.keys(properties),
  id: (application) => application.id,
  value(application, property): Json {
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
  },
};

/** The certificate's SHA-1 thumbprint stands in `customKeyIdentifier`; the key itself is never given back. */
function showKey(credential: KeyCredential): Json {
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

/** `secretText` is known in the answer to `addPassword` and never again. */
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
