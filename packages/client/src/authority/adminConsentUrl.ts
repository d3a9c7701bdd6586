import type { AdminConsentUrlOptions } from "../api/signIn.ts";
import { addressWith } from "../transport/webAddress.ts";
import type { Authority } from "./authority.ts";

/**
 * The page where an administrator grants an application its declared permissions.
 * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow#request-the-permissions-from-a-directory-admin
 */
export function adminConsentUrl(
  authority: Authority,
  clientId: string,
  options: AdminConsentUrlOptions = {},
): string | undefined {
  if (authority.kind !== "entra") {
    return undefined;
  }
  const { redirectUri, state } = options;
  return addressWith(`${authority.url}/adminconsent`, { client_id: clientId, redirect_uri: redirectUri, state });
}
