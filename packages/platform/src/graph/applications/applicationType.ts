import {
  type ManifestProperty,
  manifestProperties,
  manifestValue,
} from "../../directory/applications/applicationManifest.ts";
import type { Application } from "../../directory/applications/applicationProperties.ts";
import type { EntityType, Property } from "../collection/entityType.ts";
import {
  applicationId,
  creationDate,
  identifier,
  notFilterable,
  sortableName,
  stringCollection,
} from "../collection/sharedProperties.ts";

const properties: Readonly<Record<ManifestProperty, Property>> = {
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
  defaults: manifestProperties,
  id: (application) => application.id,
  value: manifestValue,
};
