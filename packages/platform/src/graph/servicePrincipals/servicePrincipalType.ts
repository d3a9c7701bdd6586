import { showAppRole, showPassword, showScope } from "../../directory/applications/applicationManifest.ts";
import type { Json } from "../../directory/applications/applicationProperties.ts";
import { listPasswordCredentials } from "../../directory/credentials/passwordCredentials.ts";
import { storedValue } from "../../directory/directory.ts";
import type { ServicePrincipal } from "../../directory/servicePrincipals/servicePrincipals.ts";
import type { EntityType, PropertyTable } from "../collection/entityType.ts";
import {
  applicationId,
  creationDate,
  identifier,
  notFilterable,
  sortableName,
  stringCollection,
} from "../collection/sharedProperties.ts";

/** In wire order. */
const properties: PropertyTable = {
  id: identifier,
  deletedDateTime: notFilterable,
  accountEnabled: { type: "Boolean", filter: ["eq", "in"] },
  alternativeNames: stringCollection,
  appDisplayName: { type: "String", filter: ["eq", "in", "startswith"], search: "prefix" },
  appDescription: notFilterable,
  appId: applicationId,
  applicationTemplateId: { type: "String", filter: ["eq"] },
  appOwnerOrganizationId: { type: "Guid", filter: ["eq", "in"] },
  appRoleAssignmentRequired: { type: "Boolean", filter: ["eq"] },
  createdDateTime: creationDate,
  description: { type: "String", filter: ["eq", "ge", "le", "startswith"], advancedFilter: ["null"], search: "words" },
  disabledByMicrosoftStatus: notFilterable,
  displayName: sortableName,
  homepage: { type: "String", filter: ["eq", "ge", "le", "startswith"], advancedFilter: ["null"] },
  loginUrl: notFilterable,
  logoutUrl: notFilterable,
  notes: notFilterable,
  notificationEmailAddresses: notFilterable,
  preferredSingleSignOnMode: { type: "String", filter: ["eq"] },
  preferredTokenSigningKeyThumbprint: notFilterable,
  replyUrls: { type: "StringCollection", filter: ["eq", "ge", "le", "startswith"] },
  servicePrincipalNames: {
    ...stringCollection,
    index: { kind: "members", table: "servicePrincipalName", owner: "servicePrincipalId", element: "name" },
  },
  servicePrincipalType: { type: "String", filter: ["eq", "in"] },
  signInAudience: { type: "String", filter: ["eq"] },
  tags: stringCollection,
  tokenEncryptionKeyId: notFilterable,
  samlSingleSignOnSettings: notFilterable,
  addIns: notFilterable,
  appRoles: notFilterable,
  info: notFilterable,
  keyCredentials: notFilterable,
  oauth2PermissionScopes: notFilterable,
  passwordCredentials: notFilterable,
  resourceSpecificApplicationPermissions: notFilterable,
  verifiedPublisher: notFilterable,
};

/** @see https://learn.microsoft.com/graph/api/resources/serviceprincipal */
export const servicePrincipalType: EntityType<ServicePrincipal> = {
  name: "servicePrincipal",
  resource: "ServicePrincipal",
  set: "servicePrincipals",
  properties,
  defaults: Object.keys(properties),
  id: (servicePrincipal) => servicePrincipal.id,
  value(servicePrincipal, property, directory): Json {
    switch (property) {
      case "passwordCredentials":
        return listPasswordCredentials(directory, servicePrincipal.id, "servicePrincipal").map((credential) =>
          showPassword(credential, null),
        );
      case "appRoles":
        return servicePrincipal.appRoles.map(showAppRole);
      case "oauth2PermissionScopes":
        return servicePrincipal.oauth2PermissionScopes.map(showScope);
      default:
        return storedValue(servicePrincipal, property);
    }
  },
};
