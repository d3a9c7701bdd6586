import type { CryptoKeyLike, SignatureAlgorithm } from "../crypto/privateKey.ts";
import { ConfigurationError } from "../errors/errors.ts";
import type { Random } from "../runtime/random.ts";
import type { AuthorityKind } from "./authorityKind.ts";

/** What a credential knows about the request that it authenticates. */
export interface CredentialContext {
  readonly clientId: string;
  readonly tokenEndpoint: string;
  /** The `aud` that an assertion must have: the token endpoint, or a generic issuer's own identifier. */
  readonly audience: string;
  readonly authorityKind: AuthorityKind;
  /** The tenant of the authority; `undefined` if it has none. */
  readonly tenantId: string | undefined;
  /** Whether the issuer's metadata lists HTTP Basic as the only way to send a secret. */
  readonly takesBasicOnly: boolean;
  readonly correlationId: string;
  /** Aborted when no caller waits for the request any more. */
  readonly signal: AbortSignal;
  /** The service's time in epoch milliseconds: the local clock, corrected when the service's is known to differ. */
  now(): number;
  readonly random: Random;
}

/** What a credential adds to a token request. */
export interface ClientAuthentication {
  readonly parameters: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /**
   * Identifies the key of an assertion: the certificate's SHA-1 thumbprint in hexadecimal, or the `kid`. Error messages
   * show it, and a refused request is not sent again with another assertion of the same key.
   */
  readonly keyName?: string | undefined;
  /** Whether the secret looks like a secret's id, a GUID: the remedy of a refusal then mentions it. */
  readonly looksLikeId?: boolean | undefined;
}

/**
 * A client credential: called when a token request is really sent, never on a cache hit. It returns what proves the
 * application's identity, or a promise of it. {@link clientSecret}, {@link clientCertificate} and {@link
 * clientAssertion} create the usual ones.
 *
 * @see RFC 6749 section 2.3
 * @example
 * ```ts
 * import type { Credential } from "@latchkey/client";
 *
 * const fromVault: Credential = async ({ signal }) => {
 *   const answer = await fetch("https://vault.example/secret", { signal });
 *   return { parameters: { client_secret: await answer.text() } };
 * };
 * ```
 */
export type Credential = (context: CredentialContext) => ClientAuthentication | Promise<ClientAuthentication>;

/**
 * What {@link clientCertificate} takes: a key or a `sign` callback, and what identifies the certificate to the service.
 */
export interface ClientCertificateOptions {
  /** PEM text (PKCS#8, PKCS#1, SEC 1, or PKCS#8 encrypted with PBES2), a WebCrypto key, or Node's `KeyObject`. */
  readonly privateKey?: string | CryptoKeyLike | KeyObjectLike | undefined;
  /** For an encrypted PEM key. */
  readonly passphrase?: string | undefined;
  /** Signs in place of the key: a key vault, an HSM. Takes the bytes and the algorithm, returns the signature. */
  readonly sign?: SignCallback | undefined;
  /** The certificate as PEM, alone or with its chain. Thumbprints are computed from it. */
  readonly certificate?: string | undefined;
  /** The certificate's SHA-1 thumbprint in hexadecimal, as the portal shows it. */
  readonly thumbprint?: string | undefined;
  /** The certificate's SHA-256 thumbprint in hexadecimal. */
  readonly thumbprintSha256?: string | undefined;
  /**
   * Sends the chain in the header (subject name and issuer authentication): `true`, or another PEM text. Default
   * `false`.
   */
  readonly x5c?: boolean | string | undefined;
  /** The `kid` for a generic OpenID Connect issuer. Default: the key's RFC 7638 thumbprint. */
  readonly keyId?: string | undefined;
}

/** Signs in place of a private key: takes the bytes and the algorithm, returns the raw signature. */
export type SignCallback = (data: Uint8Array<ArrayBuffer>, algorithm: SignatureAlgorithm) => Promise<Uint8Array>;

/** Node's `KeyObject`, by structure. */
export interface KeyObjectLike {
  readonly type: "private" | "public" | "secret";
  export(options: { format: "der"; type: "pkcs8" }): Uint8Array;
}

/** The error for an invalid credential. */
export function wrongCredential(message: string): ConfigurationError {
  return new ConfigurationError(message, {
    code: "invalid_credential",
    remedy: "Set clientCredential to clientSecret(…), clientCertificate(…) or clientAssertion(…).",
  });
}
