export type { Account, IdTokenClaims } from "./account.ts";
export type { AdminConsentUrlOptions } from "./adminConsentUrl.ts";
export type { AuthenticationResult, GrantResult, NetworkTiming } from "./authenticationResult.ts";
export type { AuthorityKind } from "./authority/authority.ts";
export type { AuthorizationRequest } from "./authorizationRequest.ts";
export { claimsChallengeOf } from "./claimsChallenge.ts";
export { ConfidentialClientApplication } from "./confidentialClientApplication.ts";
export { clientAssertion } from "./credentials/clientAssertion.ts";
export { type ClientCertificateOptions, clientCertificate } from "./credentials/clientCertificate.ts";
export { type ClientSecretOptions, clientSecret } from "./credentials/clientSecret.ts";
export type { ClientAuthentication, Credential, CredentialContext } from "./credentials/credential.ts";
export type { KeyObjectLike, SignCallback } from "./credentials/signer.ts";
export type { CryptoKeyLike, SignatureAlgorithm } from "./crypto/privateKey.ts";
export type { DeviceCodeInfo } from "./deviceAuthorization.ts";
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
} from "./errors.ts";
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
} from "./options.ts";
export type { TokenSource } from "./protectedApi/tokenSource.ts";
export { type ProtectedApi, type ProtectedApiOptions, protectedApi } from "./protectedApi.ts";
export { PublicClientApplication } from "./publicClientApplication.ts";
export type { AuthorizationResponse } from "./responseFields.ts";
export type { Clock } from "./runtime/clock.ts";
export type { Logger } from "./runtime/logger.ts";
export type { Random } from "./runtime/random.ts";
export type { RefreshReason, Telemetry, TelemetryCounts, WatchedAcquisition } from "./telemetry.ts";
export type { TokenCacheChange } from "./tokenCache/cacheChanges.ts";
export type { CachePlugin, TokenCacheContext } from "./tokenCache/cachePlugin.ts";
export type { CacheDialect } from "./tokenCache/serialization/dialects.ts";
export type { SerializeOptions } from "./tokenCache/serialization.ts";
export type { TokenCache, TokenCacheStatistics } from "./tokenCache/tokenCache.ts";
export {
  type AzureAbortSignal,
  type AzureAccessToken,
  type AzureGetTokenOptions,
  type AzureTokenCredential,
  asTokenCredential,
} from "./tokenCredential.ts";
export type { AnswerHeaders, Fetch, FetchAnswer, FetchInit } from "./transport/http.ts";
