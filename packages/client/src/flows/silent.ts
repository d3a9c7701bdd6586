import type { AuthenticationResult } from "../authenticationResult.ts";
import type { ClientContext } from "../clientContext.ts";
import type { AcquireAppTokenSilentOptions } from "../options.ts";
import { findAppToken, placeOf } from "./clientCredentials.ts";

/** The cached app token, or `undefined`: the first half of the older documented daemon pattern. */
export async function acquireAppTokenSilent(
  client: ClientContext,
  options: AcquireAppTokenSilentOptions,
): Promise<AuthenticationResult | undefined> {
  const { authority, partition } = placeOf(client, options);
  return findAppToken(client, authority, partition, options);
}
