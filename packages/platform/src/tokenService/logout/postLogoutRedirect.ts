import { findApplicationByAppId } from "../../directory/applications/applications.ts";
import { registeredRedirect } from "../../directory/applications/uris/redirectUris.ts";
import type { SignedIn } from "../../signIn/browserSession.ts";
import type { TokenServiceContext } from "../context.ts";

/** Where the browser goes after signing out, or why it stays on the platform's page. */
export type PostLogoutRedirect =
  | { readonly kind: "back"; readonly url: URL }
  | { readonly kind: "stays"; readonly why: string };

/**
 * Entra: only a redirect URI of the application, and only from a browser where a user is signed in. `client_id` and
 * `id_token_hint` name the application, which Microsoft's documentation does not mention; without them, any of the
 * applications that were signed in to is accepted.
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
    return stays("no user was signed in");
  }
  const hint = parameters.get("id_token_hint");
  const hinted = hint === undefined ? undefined : await audienceOf(context, hint);
  if (hint !== undefined && hinted === undefined) {
    return stays("id_token_hint is not an ID token of this platform");
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
  const owner = named === undefined ? "an application that was signed in to" : `the application ${named}`;
  return stays(`${requested} is not a redirect URI of ${owner}`);
}

function stays(why: string): PostLogoutRedirect {
  return { kind: "stays", why };
}

/** An expired token is accepted too: it only identifies the application. */
async function audienceOf({ signing }: TokenServiceContext, idToken: string): Promise<string | undefined> {
  const verified = await signing.verify(idToken);
  const audience = verified.kind === "verified" ? verified.claims["aud"] : undefined;
  return typeof audience === "string" ? audience : undefined;
}
