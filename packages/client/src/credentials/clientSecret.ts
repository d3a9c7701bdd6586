import type { AuthorityKind } from "../api/authorityKind.ts";
import { requireOptionNames } from "../api/checks/optionNames.ts";
import { readPasted, requireText } from "../api/checks/pastedText.ts";
import type { ClientAuthentication, Credential, CredentialContext } from "../api/credential.ts";
import { guid } from "../authority/authority.ts";
import { encodeBase64, utf8 } from "../crypto/base64url.ts";
import { type AuthErrorDetails, ConfigurationError } from "../errors/errors.ts";

/** How {@link clientSecret} sends the secret. */
export interface ClientSecretOptions {
  /**
   * In the body, or as HTTP Basic. Default: in the body, unless metadata lists HTTP Basic and not the body.
   * @see RFC 6749 section 2.3.1, OpenID Connect Discovery 1.0 section 3
   */
  readonly method?: "client_secret_post" | "client_secret_basic" | undefined;
}

/**
 * Authenticates the application with a shared secret: a string, or an async provider (a vault, a file) that is called
 * for every token request, and once more if the service reports the secret as wrong or expired.
 *
 * For Microsoft's authorities, blanks, line breaks, quotation marks and invisible characters around a pasted secret are
 * removed. For other issuers it is sent unchanged.
 *
 * @throws {@link ConfigurationError} `invalid_credential` when the secret is empty or not a string; before a token
 * request, when it contains control characters or, for Microsoft's authorities, other invisible ones.
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
  const authenticate = (value: string, context: CredentialContext): ClientAuthentication => {
    const looksLikeId = guid.test(value);
    const isBasic = options.method ? options.method === "client_secret_basic" : context.takesBasicOnly;
    if (!isBasic) {
      return { parameters: { client_secret: value }, looksLikeId };
    }
    // RFC 6749 section 2.3.1: both halves are form-urlencoded before they are joined.
    const pair = `${formEncode(context.clientId)}:${formEncode(value)}`;
    return { parameters: {}, looksLikeId, headers: { authorization: `Basic ${encodeBase64(utf8(pair))}` } };
  };
  if (typeof secret === "function") {
    const what = "What the client secret's provider returned";
    return async (context) => authenticate(readSecret(what, await secret(context), context.authorityKind), context);
  }
  const what = "The client secret";
  requireText(what, secret, invalidSecret);
  /** The secret as sent to each kind of authority. */
  const values = new Map<AuthorityKind, string>();
  return (context) => {
    const { authorityKind } = context;
    const value = values.get(authorityKind) ?? readSecret(what, secret, authorityKind);
    values.set(authorityKind, value);
    return authenticate(value, context);
  };
}

function readSecret(what: string, given: unknown, kind: AuthorityKind): string {
  if (!String(given).includes("-----BEGIN ")) {
    return readPasted(what, given, kind, invalidSecret);
  }
  throw new ConfigurationError(`${what} is PEM text.`, {
    code: "invalid_credential",
    remedy: "Use clientCertificate({ privateKey, certificate }) instead of clientSecret.",
  });
}

const invalidSecret: Pick<AuthErrorDetails, "code" | "remedy"> = {
  code: "invalid_credential",
  remedy: "Pass the secret's value; if it comes from the environment or a file, check that it is set there.",
};

/** RFC 6749 section 2.3.1: both halves are form-urlencoded before they are joined. */
function formEncode(text: string): string {
  return new URLSearchParams({ text }).toString().slice("text=".length);
}
