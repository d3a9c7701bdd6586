import { findApplicationByAppId } from "../../directory/applications/applications.ts";
import { registeredRedirect } from "../../directory/applications/uris/redirectUris.ts";
import type { SignedIn } from "../../signIn/browserSession.ts";
import type { TokenServiceContext } from "../context.ts";

/** Where the browser goes after signing out, or why it stays on the platform's page. */
export type PostLogoutRedirect =
  | { readonly kind: "back"; readonly url: URL }
  | { readonly kind: "stays"; readonly why: string };

/**
 * Entra: a redirect URI of the application, and only from a browser in which somebody is signed in. `client_id` and
 * `id_token_hint` name the application, which its documentation does not mention; a request that names none is one of
 * those that were signed in to.
 *
 * @see OpenID Connect RP-Initiated Logout 1.0 section 3
 */
export async function postLogoutRedirect(
  context: TokenServiceContext,
  parameters: ReadonlyMap<string, string>,
  signedIn: readonly SignedIn[],
): Promise<PostLogoutRedirect | undefined> {
  const requested = parameters.get("post_logout_redirect_uri");
  if (requested === undefined || requested === "") {
    return undefined;
  }
  const [first] = signedIn;
  if (first === undefined) {
    return stays("nobody was signed in");
  }
  const hint = parameters.get("id_token_hint");
  const hinted = hint === undefined ? undefined : await audienceOf(context, hint);
  if (hint !== undefined && hinted === undefined) {
    return stays("id_token_hint is no ID token of this platform");
  }
  const named = parameters.get("client_id") ?? hinted;
  if (hinted !== undefined && named?.toLowerCase() !== hinted.toLowerCase()) {
    return stays("client_id and id_token_hint name different applications");
  }
  for (const clientId of named === undefined ? first.session.clients : [named]) {
    const application = findApplicationByAppId(context.directory, clientId);
    const found = application === undefined ? undefined : registeredRedirect(application, requested);
    if (found !== undefined) {
      return { kind: "back", url: new URL(found.url) };
    }
  }
  const whose = named === undefined ? "an application that was signed in to" : `the application ${named}`;
  return stays(`${requested} is no redirect URI of ${whose}`);
}

function stays(why: string): PostLogoutRedirect {
  return { kind: "stays", why };
}

/** An expired token serves as well: it says which application asks, and admits nobody. */
async function audienceOf({ signing }: TokenServiceContext, idToken: string): Promise<string | undefined> {
  const verified = await signing.verify(idToken);
  const audience = verified.kind === "verified" ? verified.claims["aud"] : undefined;
  return typeof audience === "string" ? audience : undefined;
}
