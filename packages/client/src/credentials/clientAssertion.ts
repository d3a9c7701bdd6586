import { unwrap } from "../api/checks/pastedText.ts";
import type { Credential, CredentialContext } from "../api/credential.ts";
import { ConfigurationError } from "../errors/errors.ts";

/** The `client_assertion_type` of a JWT. @see RFC 7523 section 2.2 */
export const jwtBearer = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/**
 * Authenticates the application with a signed assertion from elsewhere: a federated identity token, or a JWT signed by
 * a service of yours. A callback runs only when a token request is sent, and receives its context.
 *
 * @throws {@link ConfigurationError} `invalid_credential` when the assertion is not a compact JWT.
 * @see RFC 7523 section 2.2
 * @example
 * ```ts
 * import { clientAssertion } from "@latchkey/client";
 *
 * const credential = clientAssertion(async ({ audience }) => `header.payload-for-${audience.length}.signature`);
 * ```
 */
export function clientAssertion(assertion: string | ((context: CredentialContext) => Promise<string>)): Credential {
  const isProvider = typeof assertion === "function";
  if (!isProvider) {
    readJwt(assertion, "The client assertion");
  }
  return async (context) => {
    const value = isProvider ? await assertion(context) : assertion;
    const jwt = readJwt(value, "What the client assertion's callback returned");
    return { parameters: { client_assertion_type: jwtBearer, client_assertion: jwt } };
  };
}

/** A JWT without the white space and quotation marks that files and copying leave at its ends. */
function readJwt(value: unknown, what: string): string {
  const jwt = typeof value === "string" ? unwrap(value) : "";
  if (/^[\w-]+(\.[\w-]+){2}$/.test(jwt)) {
    return jwt;
  }
  throw new ConfigurationError(`${what} is not a compact JWT (three parts separated by dots).`, {
    code: "invalid_credential",
    remedy: "Pass the signed token itself, without white space or quotation marks.",
  });
}
