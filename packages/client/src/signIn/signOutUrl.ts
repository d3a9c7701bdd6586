import { contradicts } from "../api/account.ts";
import { requireOptionNames, signalOption } from "../api/checks/optionNames.ts";
import type { SignOutUrlOptions } from "../api/options.ts";
import { endpointsOf } from "../authority/discovery.ts";
import { ConfigurationError } from "../errors/errors.ts";
import { randomUuid } from "../runtime/random.ts";
import { addressWith } from "../transport/webAddress.ts";
import type { SignInContext } from "./context.ts";

/**
 * The page that ends a user's session at the authority.
 * @see OpenID Connect RP-Initiated Logout 1.0 section 2
 */
export async function signOutUrl(client: SignInContext, options: SignOutUrlOptions): Promise<string> {
  requireOptionNames("getSignOutUrl", options, `account:account postLogoutRedirectUri state ${signalOption}`);
  const { account, postLogoutRedirectUri, state, signal } = options;
  const { authority, clientId } = client;
  const { endSessionEndpoint } = await endpointsOf(client.discovery, authority, {
    signal,
    correlationId: randomUuid(client.random),
  });
  if (endSessionEndpoint === undefined) {
    throw new ConfigurationError(`The authority ${authority.url} has no sign-out page (end_session_endpoint).`, {
      code: "invalid_authority",
      remedy: "Remove the account (removeAccount) and end your own session: the authority offers no more.",
    });
  }
  const stored =
    account &&
    client.userTokens.findProfile(account.environment, account.homeAccountId, account.tenantId, client.clientId);
  const profile = account && stored && contradicts(authority, stored.account, account) ? undefined : stored;
  const hint = profile?.idTokenClaims?.["login_hint"];
  return addressWith(endSessionEndpoint, {
    client_id: clientId,
    post_logout_redirect_uri: postLogoutRedirectUri,
    state,
    // No id_token_hint: addresses end up in histories and logs, and the token contains personal data.
    logout_hint: typeof hint === "string" ? hint : account?.username,
  });
}
