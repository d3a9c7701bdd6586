import type { AuthorityKind } from "../authority/authority.ts";
import { ConfigurationError } from "../errors/errors.ts";
import type { Random } from "../runtime/random.ts";

/** What a credential is told about the request that it is for. */
export interface CredentialContext {
  readonly clientId: string;
  readonly tokenEndpoint: string;
  /** What an assertion has to name as its `aud`: the token endpoint, or a generic issuer's own identifier. */
  readonly audience: string;
  readonly authorityKind: AuthorityKind;
  /** The tenant of the authority; `undefined` where it has none. */
  readonly tenantId: string | undefined;
  /** Whether the issuer takes a secret as HTTP Basic alone, by what its metadata lists. */
  readonly takesBasicOnly: boolean;
  readonly correlationId: string;
  /** Aborted when nobody waits for the request any more. */
  readonly signal: AbortSignal;
  /** The service's time in epoch milliseconds: the local clock, corrected once the service's own is known to differ. */
  now(): number;
  readonly random: Random;
}

/** What a credential adds to a token request. */
export interface ClientAuthentication {
  readonly parameters: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /**
   * What names the key of an assertion: the certificate's SHA-1 thumbprint in hexadecimal, or the `kid`. Error messages
   * show it, and a refused request is not sent again with another assertion of the same key.
   */
  readonly keyName?: string | undefined;
  /** Whether a secret was sent that reads like a secret's id, a GUID: the remedy of its refusal says so. */
  readonly looksLikeId?: boolean | undefined;
}

/**
 * A client credential: called when a token request is really sent, never on a cache hit, it returns what proves the
 * application's identity, or a promise of it. {@link clientSecret}, {@link clientCertificate} and {@link clientAssertion} make the usual ones.
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

/** The error for what is no credential, or none that proves anything. */
export function wrongCredential(message: string): ConfigurationError {
  return new ConfigurationError(message, {
    code: "invalid_credential",
    remedy: "Set clientCredential to clientSecret(…), clientCertificate(…) or clientAssertion(…).",
  });
}
