import type { ManagedIdentity } from "../directory/managedIdentities/managedIdentities.ts";

/**
 * The contents of a directory: users, groups, applications with their credentials, permissions and consent. Applying a
 * seed updates existing objects and deletes nothing.
 *
 * @example
 * ```ts
 * import { type Seed, startPlatform } from "@latchkey/platform";
 *
 * const seed: Seed = {
 *   applications: [
 *     {
 *       name: "nightly-report",
 *       permissions: [{ api: "Microsoft Graph", application: ["User.Read.All"] }],
 *       adminConsent: true,
 *       secrets: [{}],
 *     },
 *   ],
 * };
 * const platform = await startPlatform({ seed });
 * const [report] = platform.seeded.applications;
 * console.log(report?.clientId, report?.secrets.length);
 * await platform.stop();
 * ```
 */
export interface Seed {
  /** Only for a new directory. An existing one keeps its tenant. */
  readonly tenant?: SeedTenant | undefined;
  readonly users?: readonly SeedUser[] | undefined;
  readonly groups?: readonly SeedGroup[] | undefined;
  readonly applications?: readonly SeedApplication[] | undefined;
  /** APIs and other applications that are registered in other tenants. */
  readonly servicePrincipals?: readonly SeedServicePrincipal[] | undefined;
  readonly managedIdentities?: readonly SeedManagedIdentity[] | undefined;
}

/** The tenant of a new directory; every field has a default. */
export interface SeedTenant {
  readonly id?: string | undefined;
  readonly displayName?: string | undefined;
  /** The initial domain, such as `contoso.onmicrosoft.com`. */
  readonly domain?: string | undefined;
}

/** A user. Fields that are left out keep their values, or are unset in a new user. */
export interface SeedUser {
  /** In a domain of the tenant. Identifies the user when the seed is applied again. */
  readonly userPrincipalName: string;
  readonly displayName?: string | undefined;
  readonly id?: string | undefined;
  /** Only its hash is stored. Default: none, so the user cannot sign in with a password. */
  readonly password?: string | undefined;
  readonly accountEnabled?: boolean | undefined;
  readonly userType?: "Member" | "Guest" | undefined;
  readonly givenName?: string | undefined;
  readonly surname?: string | undefined;
  readonly mail?: string | undefined;
  readonly jobTitle?: string | undefined;
  readonly department?: string | undefined;
  readonly officeLocation?: string | undefined;
  readonly companyName?: string | undefined;
  readonly employeeId?: string | undefined;
  readonly usageLocation?: string | undefined;
  readonly preferredLanguage?: string | undefined;
  readonly mobilePhone?: string | undefined;
  /** Directory roles, such as `Global Administrator`, by name or template id. */
  readonly directoryRoles?: readonly string[] | undefined;
}

/** A group. Fields that are left out keep their values; a new group is a cloud security group by default. */
export interface SeedGroup {
  /** Graph's `uniqueName`, unique in the directory. Identifies the group when the seed is applied again. */
  readonly name: string;
  /** Default: the name. */
  readonly displayName?: string | undefined;
  /** A GUID. Default: a new one. */
  readonly id?: string | undefined;
  readonly description?: string | undefined;
  readonly mail?: string | undefined;
  readonly mailEnabled?: boolean | undefined;
  readonly mailNickname?: string | undefined;
  /** False for a mailing list, which cannot be assigned to applications. */
  readonly securityEnabled?: boolean | undefined;
  /** `["Unified"]` for a Microsoft 365 group. */
  readonly groupTypes?: readonly string[] | undefined;
  /** The group's name in the Active Directory it is synchronized from. Default: none, for a cloud group. */
  readonly onPremisesSamAccountName?: string | undefined;
  /** The DNS name of its Active Directory domain. */
  readonly onPremisesDomainName?: string | undefined;
  readonly onPremisesNetBiosName?: string | undefined;
  readonly members?: readonly SeedPrincipal[] | undefined;
}

/** One user, one group or one application. */
export interface SeedPrincipal {
  /** A user principal name, or an object id. */
  readonly user?: string | undefined;
  /** In place of `user`: a group's `name`, or its object id. */
  readonly group?: string | undefined;
  /**
   * In place of `user`: the `name` of an application or managed identity in the seed, a client id, or a service
   * principal's object id.
   */
  readonly application?: string | undefined;
}

/** An app registration with everything that belongs to it. Fields that are left out keep their values. */
export interface SeedApplication {
  /** Graph's `uniqueName`, unique in the directory. Identifies the application when the seed is applied again. */
  readonly name: string;
  /** Default: the name. */
  readonly displayName?: string | undefined;
  /** A GUID. Default: a new one. */
  readonly clientId?: string | undefined;
  readonly description?: string | undefined;
  readonly signInAudience?: "AzureADMyOrg" | "AzureADMultipleOrgs" | "AzureADandPersonalMicrosoftAccount" | undefined;
  readonly redirectUris?: SeedRedirectUris | undefined;
  readonly logoutUrl?: string | undefined;
  /** Whether flows without a client credential are allowed: device code, and username and password. */
  readonly allowPublicClient?: boolean | undefined;
  readonly identifierUris?: readonly string[] | undefined;
  /** Version of the access tokens that the application receives as an API. */
  readonly requestedAccessTokenVersion?: 1 | 2 | undefined;
  readonly appRoles?: readonly SeedAppRole[] | undefined;
  readonly scopes?: readonly SeedScope[] | undefined;
  /** Which tokens the authorize endpoint may issue. Default: none. */
  readonly implicitGrant?: SeedImplicitGrant | undefined;
  /** As in Graph. */
  readonly optionalClaims?: Readonly<Record<string, unknown>> | undefined;
  /**
   * Which of the user's groups and directory roles appear in tokens, as in Graph: `SecurityGroup,DirectoryRole`.
   * Default: none.
   */
  readonly groupMembershipClaims?: string | undefined;
  readonly permissions?: readonly SeedPermissions[] | undefined;
  /** True grants admin consent to all permissions above. */
  readonly adminConsent?: boolean | undefined;
  readonly secrets?: readonly SeedSecret[] | undefined;
  readonly certificates?: readonly SeedCertificate[] | undefined;
  /** Other issuers' tokens that are accepted in place of a secret. A credential is identified by its name. */
  readonly federatedCredentials?: readonly SeedFederatedCredential[] | undefined;
  /** False for an application without a service principal, until consent is granted. Default: true. */
  readonly servicePrincipal?: boolean | undefined;
  /** False if the application may not sign in. */
  readonly enabled?: boolean | undefined;
  /** True if only assigned users, members of assigned groups, and assigned applications get tokens for it. */
  readonly assignmentRequired?: boolean | undefined;
  /** Assignments of the application's app roles. */
  readonly assignments?: readonly SeedAssignment[] | undefined;
}

/** The redirect URIs of each kind of application. https, or http on a loopback host. */
export interface SeedRedirectUris {
  readonly web?: readonly string[] | undefined;
  readonly spa?: readonly string[] | undefined;
  /** Mobile and desktop applications. */
  readonly publicClient?: readonly string[] | undefined;
}

/** Which tokens the authorize endpoint issues: implicit and hybrid flows. */
export interface SeedImplicitGrant {
  readonly idTokens?: boolean | undefined;
  readonly accessTokens?: boolean | undefined;
}

/** An app role of the application, for other applications or for users. */
export interface SeedAppRole {
  /** The value in the `roles` of a token. */
  readonly value: string;
  readonly id?: string | undefined;
  readonly displayName?: string | undefined;
  readonly description?: string | undefined;
  /** Default: `["Application"]`. */
  readonly allowedMemberTypes?: readonly ("Application" | "User")[] | undefined;
}

/** A scope of the application, which clients use on behalf of a user. */
export interface SeedScope {
  /** The value in the `scp` of a token. */
  readonly value: string;
  readonly id?: string | undefined;
  readonly displayName?: string | undefined;
  readonly description?: string | undefined;
  /** `Admin` if only an administrator may consent. Default: `User`. */
  readonly type?: "Admin" | "User" | undefined;
}

/** The permissions that the application declares for one API. */
export interface SeedPermissions {
  /** The API: display name, identifier URI, client id, or the `name` of an application in the seed. */
  readonly api: string;
  /** Application permissions, such as `User.Read.All`, for daemons. */
  readonly application?: readonly string[] | undefined;
  /** Delegated permissions, for signed-in users. */
  readonly delegated?: readonly string[] | undefined;
}

/** A client secret. */
export interface SeedSecret {
  /** Identifies the secret when the seed is applied again. Default: `seed`. */
  readonly displayName?: string | undefined;
  /** Only its hash is stored. Default: a generated one, which the result of seeding shows once. */
  readonly value?: string | undefined;
  /** ISO 8601. Default: now. */
  readonly startDateTime?: string | undefined;
  /** ISO 8601. Default: two years after the start. */
  readonly endDateTime?: string | undefined;
}

/** A certificate as PEM. The private key stays with the client. */
export interface SeedCertificate {
  readonly displayName?: string | undefined;
  readonly pem?: string | undefined;
  /** In place of `pem`: a file, relative to the seed file. */
  readonly file?: string | undefined;
}

/** A federated credential: which tokens of another issuer are accepted in place of a secret. */
export interface SeedFederatedCredential {
  readonly name: string;
  /** The tokens' `iss`, compared exactly. */
  readonly issuer: string;
  /** The tokens' `sub`, compared exactly. */
  readonly subject: string;
  /** Default: `api://AzureADTokenExchange`. */
  readonly audience?: string | undefined;
  readonly description?: string | undefined;
  /** The issuer's JSON Web Key Set. Default: the keys are fetched from an issuer on this machine. */
  readonly keys?: Readonly<Record<string, unknown>> | undefined;
}

/** Assigns an app role. A group passes it on to its direct members. */
export interface SeedAssignment extends SeedPrincipal {
  /** The value of an app role. Default: access without a role. */
  readonly role?: string | undefined;
}

/** An API or other application that is registered in another tenant and used in this one. */
export interface SeedServicePrincipal {
  readonly appId: string;
  readonly displayName?: string | undefined;
  /** Identifier URIs. */
  readonly names?: readonly string[] | undefined;
  readonly appRoles?: readonly SeedAppRole[] | undefined;
  readonly scopes?: readonly SeedScope[] | undefined;
  readonly enabled?: boolean | undefined;
  readonly assignmentRequired?: boolean | undefined;
}

/** A managed identity for Azure hosts. Its resource id identifies it when the seed is applied again. */
export interface SeedManagedIdentity {
  /** Unique among the seed's identities and applications. */
  readonly name: string;
  /** `system` belongs to a host; `user` is a resource of its own, which requests can name. Default: `user`. */
  readonly assignment?: "system" | "user" | undefined;
  /**
   * The Azure resource id of the host or of the user-assigned identity. Default: an id with the name, in the resource
   * group `local` of the platform's subscription.
   */
  readonly resourceId?: string | undefined;
  /** A GUID. Default: a new one. */
  readonly clientId?: string | undefined;
  /** The app roles to assign to it. Other roles are left alone. */
  readonly permissions?: readonly Omit<SeedPermissions, "delegated">[] | undefined;
}

/** The result of applying a seed. */
export interface Seeded {
  /** In the order of the seed. */
  readonly applications: readonly SeededApplication[];
  /** In the order of the seed. */
  readonly managedIdentities: readonly SeededManagedIdentity[];
}

/** An application of an applied seed. */
export interface SeededApplication {
  readonly name: string;
  readonly clientId: string;
  /** The object id of the registration. */
  readonly objectId: string;
  readonly servicePrincipalId: string | undefined;
  /** The generated secrets. Their values are shown only here. */
  readonly secrets: readonly { readonly displayName: string; readonly value: string }[];
}

/** A managed identity of an applied seed. */
export interface SeededManagedIdentity extends ManagedIdentity {
  readonly name: string;
}

/** An invalid seed: what is wrong, where, and what to do. Nothing of it was applied. */
export class SeedError extends Error {
  override name = "SeedError";
  readonly code = "invalid_seed";
  /** One imperative sentence. */
  readonly remedy: string;

  constructor(message: string, remedy: string, options?: ErrorOptions) {
    super(message, options);
    this.remedy = remedy;
  }
}
