import type { AuthenticationResult } from "../authenticationResult.ts";
import type { ClientContext } from "../clientContext.ts";
import { ConfigurationError } from "../errors.ts";
import type { AcquireAppTokenSilentOptions } from "../options.ts";
import { findAppToken, placeOf } from "./clientCredentials.ts";

/** The cached app token, or `undefined`: the first half of the older documented daemon pattern. */
export async function acquireAppTokenSilent(
  client: ClientContext,
  options: AcquireAppTokenSilentOptions,
): Promise<AuthenticationResult | undefined> {
  // Without types to say so, an account could be passed, and its user be given the application's rights.
  if (options.account !== null) {
    throw new ConfigurationError("acquireTokenSilent looks for app tokens only, and account is not null.", {
      code: "invalid_options",
      remedy: "Pass account: null for a token of the application itself.",
    });
  }
  return findAppToken(client, placeOf(client, options), options);
}
