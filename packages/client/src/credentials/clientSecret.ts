import { encodeBase64, utf8 } from "../crypto/base64url.ts";
import { ConfigurationError } from "../errors.ts";
import { requireOptionNames } from "../optionNames.ts";
import type { Credential, CredentialContext } from "./credential.ts";

/** How {@link clientSecret} sends the secret. */
export interface ClientSecretOptions {
  /**
   * In the body, or as HTTP Basic. Default: in the body, but where the issuer's metadata lists HTTP Basic and not the body.
   * @see RFC 6749 section 2.3.1, OpenID Connect Discovery 1.0 section 3
   */
  readonly method?: "client_secret_post" | "client_secret_basic" | undefined;
}

/**
 * Authenticates the application with a shared secret: a text, or an async provider (a vault, a file) that is asked
 * whenever a token request is sent, and once more when the service calls the secret wrong or expired.
 *
 * @throws {@link ConfigurationError} `invalid_credential` when the secret is empty or no text.
 * @see RFC 6749 section 2.3.1
 * @example
 * ```ts
 * import { clientSecret } from "@latchkey/client";
 *
 * const credential = clientSecret(async () => "the secret's value, from a vault");
 * ```
 */
export function clientSecret(
  secret: string | ((context: CredentialContext) => Promise<string>),
  options: ClientSecretOptions = {},
): Credential {
  requireOptionNames("clientSecret", options, "method");
  if (typeof secret !== "function") requireSecret(secret, "The client secret");
  return async (context) => {
    const value = typeof secret === "function" ? await secret(context) : secret;
    requireSecret(value, "What the client secret's provider returned");
    const isBasic = options.method ? options.method === "client_secret_basic" : context.takesBasicOnly;
    if (!isBasic) return { parameters: { client_secret: value } };
    const pair = `${formEncode(context.clientId)}:${formEncode(value)}`;
    return { parameters: {}, headers: { authorization: `Basic ${encodeBase64(utf8(pair))}` } };
  };
}

function requireSecret(value: unknown, what: string): asserts value is string {
  if (typeof value === "string" && value.trim() !== "") return;
  const found = typeof value === "string" ? "empty" : `${value === null ? "null" : typeof value}, not a string`;
  throw new ConfigurationError(`${what} is ${found}.`, {
    code: "invalid_credential",
    remedy: "Pass the secret's value; where it comes from the environment or a file, check that it is set there.",
  });
}

/** RFC 6749 section 2.3.1: both halves are form-urlencoded before they are joined. */
function formEncode(text: string): string {
  return new URLSearchParams({ text }).toString().slice("text=".length);
}
