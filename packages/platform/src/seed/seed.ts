import type { ManagedIdentity } from "../directory/managedIdentities/managedIdentities.ts";

/**
 * What a directory is to hold: users, groups, applications with their credentials, permissions and consent. What exists
 * already is brought up to it, nothing is deleted.
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
  /** Of a new directory. A directory that exists keeps its tenant. */
  readonly tenant?: SeedTenant | undefined;
  readonly users?: readonly SeedUser[] | undefined;
  readonly groups?: readonly SeedGroup[] | undefined;
  readonly applications?: readonly SeedApplication[] | undefined;
  /** APIs and other applications that are registered elsewhere. */
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

/** A user; fields that are left out keep their value, or start unset. */
export interface SeedUser {
  /** In a domain of the tenant. The user is found again by it. */
  readonly userPrincipalName: string;
  readonly displayName?: string | undefined;
  readonly id?: string | undefined;
  /** Only its hash is kept. Default none: the user cannot sign in with a password. */
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
  /** Roles of the directory itself, such as `Global Administrator`, by name or template id. */
  readonly directoryRoles?: readonly string[] | undefined;
}

/** A group; fields that are left out keep their value, or start as those of a security group of the cloud. */
export interface SeedGroup {
  /** The group is found again by it: Graph's `uniqueName`. Unique in the directory. */
  readonly name: string;
  /** Default the name. */
  readonly displayName?: string | undefined;
  /** A GUID. Default a new one. */
  readonly id?: string | undefined;
  readonly description?: string | undefined;
  readonly mail?: string | undefined;
  readonly mailEnabled?: boolean | undefined;
  readonly mailNickname?: string | undefined;
  /** False: a mailing list, which cannot be assigned to applications. */
  readonly securityEnabled?: boolean | undefined;
  /** `["Unified"]`: a Microsoft 365 group. */
  readonly groupTypes?: readonly string[] | undefined;
  /** What the group is called in the Active Directory that it comes from. Default none: a group of the cloud. */
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
  /** In place of `user`: the `name` of an application or managed identity in the same seed, a client id, or a service principal's object id. */
  readonly application?: string | undefined;
}

/** An application registration with all that belongs to it; fields that are left out keep their value. */
export interface SeedApplication {
  /** The application is found again by it: Graph's `uniqueName`. Unique in the directory. */
  readonly name: string;
  /** Default the name. */
  readonly displayName?: string | undefined;
  /** A GUID. Default a new one. */
  readonly clientId?: string | undefined;
  readonly description?: string | undefined;
  readonly signInAudience?: "AzureADMyOrg" | "AzureADMultipleOrgs" | "AzureADandPersonalMicrosoftAccount" | undefined;
  readonly redirectUris?: SeedRedirectUris | undefined;
  readonly logoutUrl?: string | undefined;
  /** Whether flows without a client credential are allowed: device code, username and password. */
  readonly allowPublicClient?: boolean | undefined;
  readonly identifierUris?: readonly string[] | undefined;
  /** Version of the access tokens this application receives as an API. */
  readonly requestedAccessTokenVersion?: 1 | 2 | undefined;
  readonly appRoles?: readonly SeedAppRole[] | undefined;
  readonly scopes?: readonly SeedScope[] | undefined;
  /** Which tokens the authorize endpoint itself may give. Default none. */
  readonly implicitGrant?: SeedImplicitGrant | undefined;
  /** As in Graph. */
  readonly optionalClaims?: Readonly<Record<string, unknown>> | undefined;
  /** Which groups and directory roles of the user stand in tokens, as in Graph: `SecurityGroup,DirectoryRole`. Default none. */
  readonly groupMembershipClaims?: string | undefined;
  readonly permissions?: readonly SeedPermissions[] | undefined;
  /** True: an administrator has consented to all permissions above. */
  readonly adminConsent?: boolean | undefined;
  readonly secrets?: readonly SeedSecret[] | undefined;
  readonly certificates?: readonly SeedCertificate[] | undefined;
  /** Tokens of other issuers that stand in for a secret. A credential is found again by its name. */
  readonly federatedCredentials?: readonly SeedFederatedCredential[] | undefined;
  /** False: the application is registered, but not in the tenant until somebody consents. Default true. */
  readonly servicePrincipal?: boolean | undefined;
  /** False: the application may not sign in. */
  readonly enabled?: boolean | undefined;
  /** True: only assigned users, members of assigned groups, and assigned applications get tokens for it. */
  readonly assignmentRequired?: boolean | undefined;
  /** Who has which app role of this application. */
  readonly assignments?: readonly SeedAssignment[] | undefined;
}

/** Where sign-in answers may be sent, by kind of application. https, or http on a loopback host. */
export interface SeedRedirectUris {
  readonly web?: readonly string[] | undefined;
  readonly spa?: readonly string[] | undefined;
  /** Mobile and desktop applications. */
  readonly publicClient?: readonly string[] | undefined;
}

/** Which tokens the authorize endpoint gives by itself: implicit and hybrid flows. */
export interface SeedImplicitGrant {
  readonly idTokens?: boolean | undefined;
  readonly accessTokens?: boolean | undefined;
}

/** A permission that the application, as an API, gives to applications or users. */
export interface SeedAppRole {
  /** The text that stands in a token's `roles`. */
  readonly value: string;
  readonly id?: string | undefined;
  readonly displayName?: string | undefined;
  readonly description?: string | undefined;
  /** Default `["Application"]`. */
  readonly allowedMemberTypes?: readonly ("Application" | "User")[] | undefined;
}

/** A permission that the application, as an API, lets others use in the name of a user. */
export interface SeedScope {
  /** The text that stands in a token's `scp`. */
  readonly value: string;
  readonly id?: string | undefined;
  readonly displayName?: string | undefined;
  readonly description?: string | undefined;
  /** `Admin`: only an administrator may consent. Default `User`. */
  readonly type?: "Admin" | "User" | undefined;
}

/** What the application asks for on one API. */
export interface SeedPermissions {
  /** The API: display name, identifier URI, client id, or the `name` of an application in the same seed. */
  readonly api: string;
  /** Application permissions, such as `User.Read.All`: for daemons. */
  readonly application?: readonly string[] | undefined;
  /** Delegated permissions: for signed-in users. */
  readonly delegated?: readonly string[] | undefined;
}

/** A client secret. */
export interface SeedSecret {
  /** The secret is found again by it. Default `seed`. */
  readonly displayName?: string | undefined;
  /** Only its hash is kept. Default a generated one, which the result of seeding shows once. */
  readonly value?: string | undefined;
  /** ISO 8601. Default now. */
  readonly startDateTime?: string | undefined;
  /** ISO 8601. Default two years after the start. */
  readonly endDateTime?: string | undefined;
}

/** A certificate, PEM; the private key stays with the client. */
export interface SeedCertificate {
  readonly displayName?: string | undefined;
  readonly pem?: string | undefined;
  /** In place of `pem`: a file, relative to the seed file. */
  readonly file?: string | undefined;
}

/** What the tokens of another issuer look like that stand in for a secret. */
export interface SeedFederatedCredential {
  readonly name: string;
  /** `iss` of the tokens, letter for letter. */
  readonly issuer: string;
  /** `sub` of the tokens, letter for letter. */
  readonly subject: string;
  /** Default `api://AzureADTokenExchange`. */
  readonly audience?: string | undefined;
  readonly description?: string | undefined;
  /** The issuer's JSON Web Key Set. Default: an issuer on this machine is asked for its keys. */
  readonly keys?: Readonly<Record<string, unknown>> | undefined;
}

/** Who an app role is given to: through a group, its direct members. */
export interface SeedAssignment extends SeedPrincipal {
  /** The value of an app role. Default: access without a role. */
  readonly role?: string | undefined;
}

/** An API or other application that is registered elsewhere and present in the tenant. */
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

/** An identity that Azure's hosts have tokens for; it is found again by its resource id. */
export interface SeedManagedIdentity {
  /** Unique in the seed, among its applications too. */
  readonly name: string;
  /** `system`: of the host itself. `user`: a resource of its own, which requests may name. Default `user`. */
  readonly assignment?: "system" | "user" | undefined;
  /**
   * The Azure resource id, of the host or of the user-assigned identity. Default one made of the name, in the resource
   * group `local` of the platform's subscription: of a virtual machine, or of a user-assigned identity.
   */
  readonly resourceId?: string | undefined;
  /** A GUID. Default a new one. */
  readonly clientId?: string | undefined;
  /** The app roles that it has. What it has beyond them stays. */
  readonly permissions?: readonly Omit<SeedPermissions, "delegated">[] | undefined;
}

/** What a seed has led to. */
export interface Seeded {
  /** In the order of the seed. */
  readonly applications: readonly SeededApplication[];
  /** In the order of the seed. */
  readonly managedIdentities: readonly SeededManagedIdentity[];
}

/** What became of one application of a seed. */
export interface SeededApplication {
  readonly name: string;
  readonly clientId: string;
  /** Of the registration. */
  readonly objectId: string;
  readonly servicePrincipalId: string | undefined;
  /** The secrets that were generated; their values are shown here and never again. */
  readonly secrets: readonly { readonly displayName: string; readonly value: string }[];
}

/** What became of one managed identity of a seed. */
export interface SeededManagedIdentity extends ManagedIdentity {
  readonly name: string;
}

/** A seed that cannot be used: what is wrong and where, and what to do. Nothing of it was applied. */
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
