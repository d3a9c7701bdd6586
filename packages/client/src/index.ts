export type { Account, IdTokenClaims } from "./api/account.ts";
export type { AuthenticationResult, GrantResult, NetworkTiming } from "./api/authenticationResult.ts";
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
export type { RefreshReason, Telemetry, TelemetryCounts, WatchedAcquisition } from "./api/telemetry.ts";
export type { AdminConsentUrlOptions } from "./authority/adminConsentUrl.ts";
export type { AuthorityKind } from "./authority/authority.ts";
export { ConfidentialClientApplication } from "./confidentialClientApplication.ts";
export { clientAssertion } from "./credentials/clientAssertion.ts";
export { type ClientCertificateOptions, clientCertificate } from "./credentials/clientCertificate.ts";
export { type ClientSecretOptions, clientSecret } from "./credentials/clientSecret.ts";
export type { ClientAuthentication, Credential, CredentialContext } from "./credentials/credential.ts";
export type { KeyObjectLike, SignCallback } from "./credentials/signer.ts";
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
export type { AuthorizationRequest } from "./signIn/authorizationRequest.ts";
export type { AuthorizationResponse } from "./signIn/responseFields.ts";
export type { TokenCacheChange } from "./tokenCache/cacheChanges.ts";
export type { CacheDialect } from "./tokenCache/serialization/dialects.ts";
export type { SerializeOptions } from "./tokenCache/serialization/serialization.ts";
export type { CachePlugin, TokenCacheContext } from "./tokenCache/store/cachePlugin.ts";
export type { TokenCache, TokenCacheStatistics } from "./tokenCache/tokenCache.ts";
export type { DeviceCodeInfo } from "./tokenEndpoint/deviceAuthorization.ts";
export type { AnswerHeaders, Fetch, FetchAnswer, FetchInit } from "./transport/http.ts";
