import type { ApplicationChanges } from "../../directory/applications/applicationChanges.ts";
import type { Application, Json } from "../../directory/applications/applicationProperties.ts";
import { readGroupMembershipClaims } from "../../directory/applications/groupMembershipClaims.ts";
import { checkRedirectUri } from "../../directory/applications/uris/redirectUris.ts";
import {
  type BodyRules,
  checkBody,
  isAnything,
  isArray,
  isArrayOf,
  isBoolean,
  isBooleanOrNull,
  isGuidText,
  isObject,
  isOneOf,
  isText,
  isTextOrNull,
} from "../collection/bodyRules.ts";
import { GraphError } from "../request/graphErrors/graphError.ts";
import type { JsonObject } from "../request/route.ts";
import { checkEntitlements } from "./applicationRules.ts";
import { applicationType } from "./applicationType.ts";

const isUrl = (value: Json): boolean => value === null || (isText(2048)(value) && URL.canParse(value));
const isObjectOrNull = (value: Json): boolean => value === null || isObject(value);
const isTextList = isArrayOf(isText(256), 1000);
const isRedirectList = (value: Json): boolean => isArrayOf(isText(2048))(value) && value.every(isRedirectUri);

const writable: BodyRules = {
  addIns: isArray,
  api: (value) => hasValidMembers(value, apiMembers),
  appRoles: isArrayOf(isAppRole, 1200),
  defaultRedirectUri: isUrl,
  description: isTextOrNull(1024),
  displayName: isText(256, 1),
  groupMembershipClaims: isGroupMembershipOrNull,
  identifierUris: isArrayOf(isText(255, 1)),
  info: (value) => hasValidMembers(value, infoMembers),
  isDeviceOnlyAuthSupported: isBooleanOrNull,
  isFallbackPublicClient: isBooleanOrNull,
  keyCredentials: isArrayOf(isObject),
  nativeAuthenticationApisEnabled: isTextOrNull(64),
  notes: isTextOrNull(1024),
  optionalClaims: isObjectOrNull,
  parentalControlSettings: isObjectOrNull,
  passwordCredentials: isArrayOf(isObject),
  publicClient: (value) => hasValidMembers(value, redirectMembers),
  requestSignatureVerification: isObjectOrNull,
  requiredResourceAccess: isArrayOf(isResourceAccess, 50),
  samlMetadataUrl: isUrl,
  serviceManagementReference: isTextOrNull(256),
  servicePrincipalLockConfiguration: isObjectOrNull,
  signInAudience: isOneOf(
    "AzureADMyOrg",
    "AzureADMultipleOrgs",
    "AzureADandPersonalMicrosoftAccount",
    "PersonalMicrosoftAccount",
  ),
  spa: (value) => hasValidMembers(value, redirectMembers),
  tags: isTextList,
  tokenEncryptionKeyId: (value) => value === null || isGuidText(value),
  uniqueName: isTextOrNull(128),
  web: (value) => hasValidMembers(value, webMembers),
  appId: "readOnly",
  applicationTemplateId: "readOnly",
  certification: "readOnly",
  createdDateTime: "readOnly",
  deletedDateTime: "readOnly",
  disabledByMicrosoftStatus: "readOnly",
  id: "readOnly",
  publisherDomain: "readOnly",
  verifiedPublisher: "readOnly",
};

type Members = { readonly [name: string]: (value: Json) => boolean };

const redirectMembers: Members = { redirectUris: isRedirectList };
const infoMembers: Members = {
  logoUrl: isUrl,
  marketingUrl: isUrl,
  privacyStatementUrl: isUrl,
  supportUrl: isUrl,
  termsOfServiceUrl: isUrl,
};
const webMembers: Members = {
  homePageUrl: isUrl,
  logoutUrl: isUrl,
  redirectUris: isRedirectList,
  // Derived from redirectUris. Accepted because clients send back what they read.
  redirectUriSettings: isArray,
  implicitGrantSettings: (value) =>
    hasValidMembers(value, {
      enableAccessTokenIssuance: isBooleanOrNull,
      enableIdTokenIssuance: isBooleanOrNull,
    }),
};
const apiMembers: Members = {
  acceptMappedClaims: isBooleanOrNull,
  knownClientApplications: isArrayOf(isGuidText),
  requestedAccessTokenVersion: (value) => value === null || value === 1 || value === 2,
  oauth2PermissionScopes: isArrayOf(isPermissionScope),
  preAuthorizedApplications: isArray,
};

/** The parts of an application that a body is merged into: the current ones, or those of a new application. */
export type ApplicationBase = Pick<
  Application,
  "api" | "web" | "info" | "publicClient" | "spa" | "appRoles" | "signInAudience"
>;

/** Returns the checked properties of a POST or PATCH without the credentials, which are applied separately. */
export function readApplicationChanges(body: JsonObject, base: ApplicationBase): ApplicationChanges {
  checkBody(body, applicationType.resource, writable);
  const { keyCredentials: _keys, passwordCredentials: _passwords, ...rest } = body;
  const entries = Object.entries(rest).filter(([name]) => !name.includes("@"));
  const changes: ApplicationChanges = Object.fromEntries(
    entries.map(([name, value]) => [name, mergeProperty(base, name, value)]),
  );
  const { api, signInAudience } = { ...base, ...changes };
  // Entra: applications for personal accounts receive version 2 tokens only.
  if (signInAudience.includes("PersonalMicrosoftAccount") && api.requestedAccessTokenVersion !== 2) {
    throw new GraphError(
      "accessTokenVersion",
      {},
      { reason: `${signInAudience} needs api.requestedAccessTokenVersion 2` },
    );
  }
  checkEntitlements(base, changes);
  return changes;
}

/** Complex properties are merged member by member: members that the request omits keep their values. */
function mergeProperty(base: ApplicationBase, name: string, value: Json): Json {
  if (name === "appRoles" && isArray(value)) {
    return value.map(completeRole);
  }
  if (!isObject(value)) {
    return value;
  }
  switch (name) {
    case "api": {
      const scopes = value["oauth2PermissionScopes"];
      const { oauth2PermissionScopes: currentScopes, ...api } = base.api;
      return {
        ...api,
        ...value,
        oauth2PermissionScopes: isArray(scopes ?? null) ? completeScopes(scopes) : completeScopes(currentScopes),
      };
    }
    case "web": {
      const { implicitGrantSettings, ...web } = base.web;
      const changes = value["implicitGrantSettings"];
      return {
        ...web,
        ...value,
        implicitGrantSettings: { ...implicitGrantSettings, ...(isObject(changes) ? changes : {}) },
        redirectUriSettings: [],
      };
    }
    case "info":
    case "publicClient":
    case "spa":
      return { ...base[name], ...value };
    default:
      return value;
  }
}

function hasValidMembers(value: Json, members: Members): boolean {
  return (
    isObject(value) &&
    Object.entries(value).every(([name, member]) => name.includes("@") || (members[name]?.(member) ?? false))
  );
}

function isRedirectUri(uri: string): boolean {
  try {
    checkRedirectUri(uri);
    return true;
  } catch {
    return false;
  }
}

function isAppRole(value: Json): value is JsonObject {
  return (
    hasValidMembers(value, {
      id: isGuidText,
      value: isTextOrNull(250),
      displayName: isText(100, 1),
      description: isText(1000, 1),
      allowedMemberTypes: (types) => isArrayOf(isText(11))(types) && types.length > 0 && types.every(isMemberType),
      isEnabled: isBoolean,
      origin: isAnything,
    }) && hasAll(value, ["id", "displayName", "description", "allowedMemberTypes"])
  );
}

function isGroupMembershipOrNull(value: Json): boolean {
  return value === null || (typeof value === "string" && readGroupMembershipClaims(value) !== undefined);
}

function isMemberType(type: string): boolean {
  return type === "Application" || type === "User";
}

function isPermissionScope(value: Json): value is JsonObject {
  return (
    hasValidMembers(value, {
      id: isGuidText,
      value: isText(120, 1),
      adminConsentDisplayName: isText(100, 1),
      adminConsentDescription: isText(1000, 1),
      userConsentDisplayName: isTextOrNull(100),
      userConsentDescription: isTextOrNull(1000),
      isEnabled: isBoolean,
      type: isOneOf("Admin", "User"),
      origin: isAnything,
    }) && hasAll(value, ["id", "value", "adminConsentDisplayName", "adminConsentDescription"])
  );
}

function isResourceAccess(value: Json): value is JsonObject {
  const isAccess = (access: Json): access is JsonObject =>
    hasValidMembers(access, { id: isGuidText, type: isOneOf("Role", "Scope") }) && hasAll(access, ["id", "type"]);
  return (
    hasValidMembers(value, { resourceAppId: isGuidText, resourceAccess: isArrayOf(isAccess) }) &&
    hasAll(value, ["resourceAppId", "resourceAccess"])
  );
}

function hasAll(value: Json, names: readonly string[]): boolean {
  return isObject(value) && names.every((name) => (value[name] ?? null) !== null);
}

function completeRole(value: Json): Json {
  const role = isObject(value) ? value : {};
  return {
    id: lowerCase(role["id"]),
    value: role["value"] ?? null,
    displayName: role["displayName"] ?? "",
    description: role["description"] ?? "",
    allowedMemberTypes: role["allowedMemberTypes"] ?? [],
    isEnabled: role["isEnabled"] ?? true,
  };
}

function completeScopes(value: unknown): Json {
  const scopes: readonly Json[] = Array.isArray(value) ? value : [];
  return scopes.map((entry) => {
    const scope = isObject(entry) ? entry : {};
    return {
      id: lowerCase(scope["id"]),
      value: scope["value"] ?? "",
      adminConsentDisplayName: scope["adminConsentDisplayName"] ?? "",
      adminConsentDescription: scope["adminConsentDescription"] ?? "",
      userConsentDisplayName: scope["userConsentDisplayName"] ?? null,
      userConsentDescription: scope["userConsentDescription"] ?? null,
      isEnabled: scope["isEnabled"] ?? true,
      type: scope["type"] ?? "User",
    };
  });
}

function lowerCase(value: Json | undefined): Json {
  return typeof value === "string" ? value.toLowerCase() : "";
}
