export type { Account, IdTokenClaims } from "./api/account.ts";
export type { AuthenticationResult, GrantResult, NetworkTiming } from "./api/authenticationResult.ts";
export type { AuthorityKind } from "./api/authorityKind.ts";
export type { CachePlugin, TokenCacheContext } from "./api/cachePlugin.ts";
export type {
  ClientAuthentication,
  ClientCertificateOptions,
  Credential,
  CredentialContext,
  KeyObjectLike,
  SignCallback,
} from "./api/credential.ts";
export type { Fetch, FetchInit, FetchResponse, ResponseHeaders } from "./api/fetch.ts";
export type {
  AcquireAppTokenSilentOptions,
  AcquireTokenByAuthorizationCodeOptions,
  AcquireTokenByDeviceCodeOptions,
  AcquireTokenByGrantOptions,
  AcquireTokenByRefreshTokenOptions,
  AcquireTokenByUsernamePasswordOptions,
  AcquireTokenForClientOptions,
  AcquireTokenOnBehalfOfOptions,
  AcquireTokenSilentOptions,
  ApplicationOptions,
  AuthorizationUrlOptions,
  CachedRequestOptions,
  ConfidentialClientApplicationOptions,
  RemoveOnBehalfOfSessionOptions,
  RequestOptions,
  SignOutUrlOptions,
} from "./api/options.ts";
export type {
  AdminConsentUrlOptions,
  AuthorizationRequest,
  AuthorizationResponse,
  DeviceCodeInfo,
} from "./api/signIn.ts";
export type { RefreshReason, Telemetry, TelemetryCounts, WatchedAcquisition } from "./api/telemetry.ts";
export type {
  CacheDialect,
  SerializeOptions,
  TokenCache,
  TokenCacheChange,
  TokenCacheStatistics,
} from "./api/tokenCache.ts";
export type { ClientApplication } from "./clientApplication.ts";
export { ConfidentialClientApplication } from "./confidentialClientApplication.ts";
export { clientAssertion } from "./credentials/clientAssertion.ts";
export { clientCertificate } from "./credentials/clientCertificate.ts";
export { type ClientSecretOptions, clientSecret } from "./credentials/clientSecret.ts";
export type { CryptoKeyLike, SignatureAlgorithm } from "./crypto/privateKey.ts";
export {
  AuthError,
  type AuthErrorCode,
  type AuthErrorDetails,
  CacheError,
  ConfigurationError,
  InteractionRequiredError,
  NetworkError,
  ServerError,
  type ServerErrorDetails,
} from "./errors/errors.ts";
export { claimsChallengeOf } from "./protectedApi/claimsChallenge.ts";
export { type ProtectedApi, type ProtectedApiOptions, protectedApi } from "./protectedApi/protectedApi.ts";
export {
  type AzureAbortSignal,
  type AzureAccessToken,
  type AzureGetTokenOptions,
  type AzureTokenCredential,
  asTokenCredential,
} from "./protectedApi/tokenCredential.ts";
export type { TokenSource } from "./protectedApi/tokenSource.ts";
export { PublicClientApplication } from "./publicClientApplication.ts";
export type { Clock } from "./runtime/clock.ts";
export type { Logger } from "./runtime/logger.ts";
export type { Random } from "./runtime/random.ts";
