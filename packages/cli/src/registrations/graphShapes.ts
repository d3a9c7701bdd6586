/** A permission that an API offers: an app role or a scope. */
export interface OfferedPermission {
  readonly id: string;
  readonly value: string | null;
}

/** What is read of an application registration. */
export interface GraphApplication {
  readonly id: string;
  readonly appId: string;
  readonly displayName: string;
  readonly uniqueName: string | null;
  readonly identifierUris: readonly string[];
  readonly api: {
    readonly requestedAccessTokenVersion: number | null;
    readonly oauth2PermissionScopes: readonly OfferedPermission[];
  };
  readonly appRoles: readonly OfferedPermission[];
  readonly web: { readonly redirectUris: readonly string[] };
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
  readonly appRoles: readonly OfferedPermission[];
  readonly oauth2PermissionScopes: readonly OfferedPermission[];
}

export interface GraphFederatedCredential {
  readonly id: string;
  readonly name: string;
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
