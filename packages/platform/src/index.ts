export type { WireProfile } from "./aadsts/context.ts";
export type { ManagedIdentityHostOptions, ManagedIdentitySourceName } from "./azure/managedIdentity/sources/source.ts";
export type { Faults } from "./control/injectedFaults/faultList.ts";
export {
  type ActiveFault,
  type FaultEndpoint,
  type FaultRule,
  FaultRuleError,
} from "./control/injectedFaults/faultRule.ts";
export type { BeforeResponse, Listener, Listening, PlatformListeners } from "./control/listeners.ts";
export type { PlatformSnapshot } from "./control/state.ts";
export type { Clock, MovableClock } from "./core/clock.ts";
export type { PlatformEvent } from "./core/events.ts";
export { type Random, seededRandom } from "./core/random.ts";
export type { Json, KeyCredential, PasswordCredential } from "./directory/applications/applicationProperties.ts";
export type {
  NewAppRole,
  NewScope,
  RegisterApplicationOptions,
  RegisteredApplication,
} from "./directory/applications/registration.ts";
export type { RequestedResourceAccess } from "./directory/applications/requiredResourceAccess.ts";
export type { FederatedCredential, NewFederatedCredential } from "./directory/credentials/federatedCredentials.ts";
export type { AddCertificateOptions } from "./directory/credentials/keyCredentials.ts";
export type { AddedPassword, AddPasswordOptions } from "./directory/credentials/passwordCredentials.ts";
export type { Group, NewGroup } from "./directory/groups/groups.ts";
export type {
  ManagedIdentity,
  RegisterManagedIdentityOptions,
} from "./directory/managedIdentities/managedIdentities.ts";
export type { PlatformDirectory } from "./directory/platformDirectory.ts";
export type { TenantSeed } from "./directory/provisioning/seedDirectory.ts";
export type { TenantPolicy } from "./directory/tenants/tenantPolicy.ts";
export type { NewUser, User } from "./directory/users/users.ts";
export type { PlatformMode } from "./http/context.ts";
export { hostsFileLines } from "./interception/names.ts";
export type { PlatformOptions } from "./options.ts";
export {
  type Seed,
  type SeedApplication,
  type SeedAppRole,
  type SeedAssignment,
  type SeedCertificate,
  SeedError,
  type Seeded,
  type SeededApplication,
  type SeededManagedIdentity,
  type SeedFederatedCredential,
  type SeedGroup,
  type SeedImplicitGrant,
  type SeedManagedIdentity,
  type SeedPermissions,
  type SeedPrincipal,
  type SeedRedirectUris,
  type SeedScope,
  type SeedSecret,
  type SeedServicePrincipal,
  type SeedTenant,
  type SeedUser,
} from "./seed/seed.ts";
export { formatSeed, readSeedFile, type SeedFile } from "./seed/seedFile.ts";
export type { Platform, PlatformKeys, PlatformTenant } from "./server/platform.ts";
export { findRunningPlatform, type RunningPlatform } from "./server/runningFile.ts";
export type { GivenKey } from "./signing/signingKeys.ts";
export type { BeforeToken } from "./signing/tokens.ts";
export { startPlatform } from "./startPlatform.ts";
export {
  createSelfSignedCertificate,
  type SelfSignedCertificate,
  type SelfSignedCertificateOptions,
} from "./tls/selfSignedCertificate.ts";
