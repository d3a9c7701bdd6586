import { randomGuid } from "../../core/random.ts";
import type { Directory } from "../directory.ts";
import { createServicePrincipalFor } from "../servicePrincipals/servicePrincipals.ts";
import { getTenant, initialDomain } from "../tenants/tenants.ts";
import { createApplication } from "./applicationChanges.ts";
import type { AppRole, Json, PermissionScope } from "./applicationProperties.ts";
import { newApplicationDefaults } from "./applicationProperties.ts";
import { groupMembershipValues, readGroupMembershipClaims } from "./groupMembershipClaims.ts";
import { type RequestedResourceAccess, requiredResourceAccess } from "./requiredResourceAccess.ts";
import { checkRedirectUri } from "./uris/redirectUris.ts";

/** The application to register: its name, what it requests and what it offers. */
export interface RegisterApplicationOptions {
  readonly displayName: string;
  /** The permissions that the application will ask consent for. */
  readonly requiredResourceAccess?: readonly RequestedResourceAccess[] | undefined;
  /** For the web platform. https, or http on a loopback host. */
  readonly redirectUris?: readonly string[] | undefined;
  /** For the single-page platform: scripts in a browser redeem codes, with PKCE. */
  readonly spaRedirectUris?: readonly string[] | undefined;
  /** For the mobile and desktop platform: no secret. `http://localhost` matches every port. */
  readonly publicClientRedirectUris?: readonly string[] | undefined;
  /** Whether to allow flows without a redirect URI and a secret: device code, user name and password. Default false. */
  readonly allowPublicClient?: boolean | undefined;
  /** The URL to notify when a user signs out (front-channel logout). */
  readonly logoutUrl?: string | undefined;
  /** The tokens that the authorize endpoint itself may return (implicit and hybrid flows). Default none. */
  readonly implicitGrant?: { readonly idTokens?: boolean; readonly accessTokens?: boolean } | undefined;
  /** Additional claims in tokens, as in Graph: `{ idToken: [{ name: "auth_time" }] }`. */
  readonly optionalClaims?: Json | undefined;
  /**
   * The groups and directory roles of the user to include in tokens, as in Graph: `SecurityGroup,DirectoryRole`.
   * Default none.
   */
  readonly groupMembershipClaims?: string | undefined;
  readonly identifierUris?: readonly string[] | undefined;
  /** The application permissions that this application offers as an API. */
  readonly appRoles?: readonly NewAppRole[] | undefined;
  /** The delegated permissions that this application offers as an API. */
  readonly scopes?: readonly NewScope[] | undefined;
  /** The version of the access tokens that this application receives as an API. Default 1. */
  readonly requestedAccessTokenVersion?: 1 | 2 | undefined;
  /** Default `AzureADMyOrg`: one tenant. */
  readonly signInAudience?: "AzureADMyOrg" | "AzureADMultipleOrgs" | undefined;
  /** Default true. False creates no service principal, as before the first consent. */
  readonly servicePrincipal?: boolean | undefined;
  /** Default: the platform's own tenant. */
  readonly tenantId?: string | undefined;
}

/** An application permission that an application offers as an API. */
export interface NewAppRole {
  readonly value: string;
  readonly displayName?: string | undefined;
  readonly description?: string | undefined;
  /** Default `["Application"]`. */
  readonly allowedMemberTypes?: readonly ("Application" | "User")[] | undefined;
  readonly id?: string | undefined;
}

/** A delegated permission that an application offers as an API. */
export interface NewScope {
  readonly value: string;
  readonly displayName?: string | undefined;
  readonly description?: string | undefined;
  readonly type?: "Admin" | "User" | undefined;
  readonly id?: string | undefined;
}

/** The ids of a new registration. */
export interface RegisteredApplication {
  /** The object id of the registration. */
  readonly id: string;
  /** The client id. */
  readonly appId: string;
  readonly displayName: string;
  /** The object id of the service principal, unless `servicePrincipal` was false. */
  readonly servicePrincipalId: string | undefined;
}

/**
 * Registers an application with its service principal, as the portal does. Throws when an API or permission is unknown.
 */
export function registerApplication(
  directory: Directory,
  tenantId: string,
  options: RegisterApplicationOptions,
): RegisteredApplication {
  const tenant = getTenant(directory, tenantId);
  if (tenant === undefined) {
    throw new Error(`There is no tenant ${tenantId}`);
  }
  const { redirectUris = [], spaRedirectUris = [], publicClientRedirectUris = [], implicitGrant = {} } = options;
  for (const uri of [...redirectUris, ...spaRedirectUris, ...publicClientRedirectUris]) {
    checkRedirectUri(uri);
  }
  const { groupMembershipClaims = null } = options;
  if (groupMembershipClaims !== null && readGroupMembershipClaims(groupMembershipClaims) === undefined) {
    throw new Error(`groupMembershipClaims is ${groupMembershipClaims}; use one or more of ${groupMembershipValues}`);
  }
  const { web, api } = newApplicationDefaults();
  return directory.database.transaction(() => {
    const application = createApplication(directory, {
      tenantId,
      displayName: options.displayName,
      publisherDomain: initialDomain(tenant),
      signInAudience: options.signInAudience ?? "AzureADMyOrg",
      identifierUris: options.identifierUris ?? [],
      api: {
        ...api,
        requestedAccessTokenVersion: options.requestedAccessTokenVersion ?? null,
        oauth2PermissionScopes: (options.scopes ?? []).map((scope) => newScope(directory, scope)),
      },
      appRoles: (options.appRoles ?? []).map((role) => newAppRole(directory, role)),
      requiredResourceAccess: requiredResourceAccess(directory, tenantId, options.requiredResourceAccess ?? []),
      web: {
        ...web,
        redirectUris,
        logoutUrl: options.logoutUrl ?? null,
        implicitGrantSettings: {
          enableAccessTokenIssuance: implicitGrant.accessTokens ?? false,
          enableIdTokenIssuance: implicitGrant.idTokens ?? false,
        },
      },
      spa: { redirectUris: spaRedirectUris },
      publicClient: { redirectUris: publicClientRedirectUris },
      isFallbackPublicClient: options.allowPublicClient ?? null,
      optionalClaims: options.optionalClaims ?? null,
      groupMembershipClaims,
    });
    const servicePrincipalId =
      options.servicePrincipal === false ? undefined : createServicePrincipalFor(directory, tenantId, application).id;
    const { id, appId, displayName } = application;
    return { id, appId, displayName, servicePrincipalId };
  });
}

export function newAppRole(directory: Directory, role: NewAppRole): AppRole {
  return {
    id: role.id ?? randomGuid(directory.random),
    value: role.value,
    displayName: role.displayName ?? role.value,
    description: role.description ?? role.value,
    allowedMemberTypes: role.allowedMemberTypes ?? ["Application"],
    isEnabled: true,
  };
}

export function newScope(directory: Directory, scope: NewScope): PermissionScope {
  return {
    id: scope.id ?? randomGuid(directory.random),
    value: scope.value,
    adminConsentDisplayName: scope.displayName ?? scope.value,
    adminConsentDescription: scope.description ?? scope.value,
    userConsentDisplayName: scope.displayName ?? null,
    userConsentDescription: scope.description ?? null,
    isEnabled: true,
    type: scope.type ?? "User",
  };
}
