/** A JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** A permission that an API offers to applications or users. */
export interface AppRole {
  readonly id: string;
  /** The value in the `roles` of a token. */
  readonly value: string | null;
  readonly displayName: string;
  readonly description: string;
  readonly allowedMemberTypes: readonly ("Application" | "User")[];
  readonly isEnabled: boolean;
}

/** A permission that an API offers to applications acting on behalf of a user. */
export interface PermissionScope {
  readonly id: string;
  /** The value in the `scp` of a token. */
  readonly value: string;
  readonly adminConsentDisplayName: string;
  readonly adminConsentDescription: string;
  readonly userConsentDisplayName: string | null;
  readonly userConsentDescription: string | null;
  readonly isEnabled: boolean;
  /** `Admin`: only an administrator may consent. */
  readonly type: "Admin" | "User";
}

export interface RequiredResourceAccess {
  readonly resourceAppId: string;
  readonly resourceAccess: readonly { readonly id: string; readonly type: "Role" | "Scope" }[];
}

/** A stored client secret without its value. Instants are epoch milliseconds. */
export interface PasswordCredential {
  readonly keyId: string;
  readonly displayName: string | null;
  /** The first three characters of the secret, to recognize it by. */
  readonly hint: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** A registered certificate without its key. Instants are epoch milliseconds. */
export interface KeyCredential {
  readonly keyId: string;
  readonly displayName: string | null;
  /** SHA-1 of the certificate, 40 hexadecimal digits in upper case. */
  readonly thumbprint: string;
  /** SHA-256 of the certificate, 64 hexadecimal digits in upper case. */
  readonly thumbprintSha256: string;
  readonly type: string;
  readonly usage: string;
  readonly startMs: number;
  readonly endMs: number;
}

export interface ApplicationApi {
  readonly acceptMappedClaims: boolean | null;
  readonly knownClientApplications: readonly string[];
  /** Null and 1: the API receives version 1.0 tokens. 2: version 2.0. */
  readonly requestedAccessTokenVersion: 1 | 2 | null;
  readonly oauth2PermissionScopes: readonly PermissionScope[];
  readonly preAuthorizedApplications: readonly Json[];
}

export interface ApplicationWeb {
  readonly homePageUrl: string | null;
  readonly logoutUrl: string | null;
  readonly redirectUris: readonly string[];
  readonly implicitGrantSettings: {
    readonly enableAccessTokenIssuance: boolean;
    readonly enableIdTokenIssuance: boolean;
  };
  readonly redirectUriSettings: readonly Json[];
}

/** An application registration with Graph's properties in Graph's order, and the tenant that owns it. */
export interface Application {
  readonly id: string;
  readonly tenantId: string;
  readonly deletedDateTime: string | null;
  readonly appId: string;
  readonly applicationTemplateId: string | null;
  readonly disabledByMicrosoftStatus: string | null;
  readonly createdDateTime: string;
  readonly displayName: string;
  readonly description: string | null;
  readonly groupMembershipClaims: string | null;
  readonly identifierUris: readonly string[];
  readonly isDeviceOnlyAuthSupported: boolean | null;
  readonly isFallbackPublicClient: boolean | null;
  readonly nativeAuthenticationApisEnabled: string | null;
  readonly notes: string | null;
  readonly publisherDomain: string | null;
  readonly serviceManagementReference: string | null;
  readonly signInAudience: string;
  readonly tags: readonly string[];
  readonly tokenEncryptionKeyId: string | null;
  readonly uniqueName: string | null;
  readonly samlMetadataUrl: string | null;
  readonly defaultRedirectUri: string | null;
  readonly certification: Json;
  readonly optionalClaims: Json;
  readonly servicePrincipalLockConfiguration: Json;
  readonly requestSignatureVerification: Json;
  readonly addIns: readonly Json[];
  readonly api: ApplicationApi;
  readonly appRoles: readonly AppRole[];
  readonly info: { readonly [name: string]: string | null };
  readonly keyCredentials: readonly KeyCredential[];
  readonly parentalControlSettings: Json;
  readonly passwordCredentials: readonly PasswordCredential[];
  readonly publicClient: { readonly redirectUris: readonly string[] };
  readonly requiredResourceAccess: readonly RequiredResourceAccess[];
  readonly verifiedPublisher: { readonly [name: string]: string | null };
  readonly web: ApplicationWeb;
  readonly spa: { readonly redirectUris: readonly string[] };
}

/** The required properties of a new application. The others get the defaults of the real service. */
export type NewApplication = Pick<Application, "tenantId" | "displayName"> &
  Partial<Omit<Application, "keyCredentials" | "passwordCredentials">>;

export function emptyInfo(): Application["info"] {
  return {
    logoUrl: null,
    marketingUrl: null,
    privacyStatementUrl: null,
    supportUrl: null,
    termsOfServiceUrl: null,
  };
}

export function emptyPublisher(): Application["verifiedPublisher"] {
  return { displayName: null, verifiedPublisherId: null, addedDateTime: null };
}

type Required = "id" | "tenantId" | "appId" | "createdDateTime" | "displayName";

export function newApplicationDefaults(): Omit<Application, Required> {
  return {
    deletedDateTime: null,
    applicationTemplateId: null,
    disabledByMicrosoftStatus: null,
    description: null,
    groupMembershipClaims: null,
    identifierUris: [],
    isDeviceOnlyAuthSupported: null,
    isFallbackPublicClient: null,
    nativeAuthenticationApisEnabled: null,
    notes: null,
    publisherDomain: null,
    serviceManagementReference: null,
    signInAudience: "AzureADMyOrg",
    tags: [],
    tokenEncryptionKeyId: null,
    uniqueName: null,
    samlMetadataUrl: null,
    defaultRedirectUri: null,
    certification: null,
    optionalClaims: null,
    servicePrincipalLockConfiguration: null,
    requestSignatureVerification: null,
    addIns: [],
    api: {
      acceptMappedClaims: null,
      knownClientApplications: [],
      requestedAccessTokenVersion: null,
      oauth2PermissionScopes: [],
      preAuthorizedApplications: [],
    },
    appRoles: [],
    info: emptyInfo(),
    keyCredentials: [],
    parentalControlSettings: { countriesBlockedForMinors: [], legalAgeGroupRule: "Allow" },
    passwordCredentials: [],
    publicClient: { redirectUris: [] },
    requiredResourceAccess: [],
    verifiedPublisher: emptyPublisher(),
    web: {
      homePageUrl: null,
      logoutUrl: null,
      redirectUris: [],
      implicitGrantSettings: { enableAccessTokenIssuance: false, enableIdTokenIssuance: false },
      redirectUriSettings: [],
    },
    spa: { redirectUris: [] },
  };
}
