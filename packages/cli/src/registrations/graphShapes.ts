/** A permission that an API offers: an app role or a scope. */
export interface OfferedPermission {
  readonly id: string;
  readonly value: string | null;
}

export interface GraphAppRole extends OfferedPermission {
  readonly displayName: string;
  readonly description: string;
  readonly allowedMemberTypes: readonly ("Application" | "User")[];
}

export interface GraphScope extends OfferedPermission {
  readonly adminConsentDisplayName: string;
  readonly adminConsentDescription: string;
  readonly type: "Admin" | "User";
}

/** The members of an application registration that are read. */
export interface GraphApplication {
  readonly id: string;
  readonly appId: string;
  readonly displayName: string;
  readonly uniqueName: string | null;
  readonly description: string | null;
  readonly signInAudience: string;
  readonly isFallbackPublicClient: boolean | null;
  readonly groupMembershipClaims: string | null;
  readonly optionalClaims: Readonly<Record<string, unknown>> | null;
  readonly identifierUris: readonly string[];
  readonly api: {
    readonly requestedAccessTokenVersion: 1 | 2 | null;
    readonly oauth2PermissionScopes: readonly GraphScope[];
  };
  readonly appRoles: readonly GraphAppRole[];
  readonly web: {
    readonly redirectUris: readonly string[];
    readonly logoutUrl: string | null;
    readonly implicitGrantSettings: {
      readonly enableIdTokenIssuance: boolean;
      readonly enableAccessTokenIssuance: boolean;
    };
  };
  readonly spa: { readonly redirectUris: readonly string[] };
  readonly publicClient: { readonly redirectUris: readonly string[] };
  readonly requiredResourceAccess: readonly RequiredResourceAccess[];
  readonly keyCredentials: readonly {
    readonly customKeyIdentifier: string | null;
    readonly displayName: string | null;
  }[];
  readonly passwordCredentials: readonly { readonly displayName: string | null }[];
}

export interface RequiredResourceAccess {
  readonly resourceAppId: string;
  readonly resourceAccess: readonly { readonly id: string; readonly type: "Role" | "Scope" }[];
}

export interface GraphServicePrincipal {
  readonly id: string;
  readonly appId: string;
  readonly displayName: string;
  readonly accountEnabled: boolean;
  readonly appRoleAssignmentRequired: boolean;
  readonly appRoles: readonly OfferedPermission[];
  readonly oauth2PermissionScopes: readonly OfferedPermission[];
}

export interface GraphFederatedCredential {
  readonly id: string;
  readonly name: string;
  readonly issuer: string;
  readonly subject: string;
  readonly description: string | null;
  readonly audiences: readonly string[];
}

export interface GraphRoleAssignment {
  readonly appRoleId: string;
  readonly resourceId: string;
  readonly resourceDisplayName: string | null;
}

export interface GraphPermissionGrant {
  readonly id: string;
  readonly consentType: string;
  readonly resourceId: string;
  readonly scope: string;
}
