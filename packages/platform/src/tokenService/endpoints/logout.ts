import { html } from "hono/html";
import { findApplicationByAppId } from "../../directory/applications/applications.ts";
import { openExchange } from "../../http/exchange.ts";
import { methodNotAllowed, type PlainResponse, redirect, withCookies } from "../../http/plainHttp.ts";
import { endSession, listSignedIn } from "../../signIn/browserSession.ts";
import { policySource, renderPage } from "../../signIn/page/page.ts";
import type { TokenServiceContext } from "../context.ts";
import { postLogoutRedirect } from "../logout/postLogoutRedirect.ts";
import { readForm } from "../tokenRequest.ts";
import type { Endpoint } from "./endpoint.ts";

export const logoutVersion2: Endpoint = logout("/{tenant}/oauth2/v2.0/logout");
export const logoutVersion1: Endpoint = logout("/{tenant}/oauth2/logout");
export const logoutOfUserFlow: Endpoint = logout("/{tenant}/{policy}/oauth2/v2.0/logout");

/** How long the applications' frames have before the browser continues. */
const framesSeconds = 2;

/**
 * Ends the browser's session and notifies the applications that were signed in to.
 *
 * @see OpenID Connect RP-Initiated Logout 1.0 section 2, OpenID Connect Front-Channel Logout 1.0 section 2
 */
function logout(path: string): Endpoint {
  return {
    method: "ALL",
    path,
    async handle(context, request) {
      if (request.method !== "GET" && request.method !== "HEAD" && request.method !== "POST") {
        return methodNotAllowed("GET, POST");
      }
      const exchange = openExchange(context, request);
      const form = request.method === "POST" ? await readForm(request) : [];
      const parameters = new Map([...exchange.url.searchParams, ...form]);
      const signedIn = listSignedIn(context, request);
      const redirect = await postLogoutRedirect(context, parameters, signedIn);
      const back = redirect?.kind === "back" ? redirect.url : undefined;
      const state = parameters.get("state");
      if (back !== undefined && state !== undefined) {
        back.searchParams.append("state", state);
      }
      const frames = frontChannelUrls(context, signedIn[0]?.session.clients ?? [], signedIn[0]?.authentication.sid);
      const cookies = endSession(context, request);
      const names = signedIn.map(({ user }) => user.userPrincipalName).join(", ") || "no user";
      context.events.record({
        type: "signIn",
        method: request.method,
        path: exchange.url.pathname,
        status: 200,
        why: `${names} signed out; ${frames.length} applications are notified${redirect?.kind === "stays" ? `; the browser stays here: ${redirect.why}` : ""}`,
        correlationId: exchange.correlationId,
      });
      return withCookies(await signedOutPage(context, frames, back), cookies);
    },
  };
}

/** Entra: the frames only get `sid`; the specification requires `iss` as well. */
function frontChannelUrls(
  { directory }: TokenServiceContext,
  clientIds: readonly string[],
  sid: string | undefined,
): readonly URL[] {
  return clientIds.flatMap((clientId) => {
    const url = URL.parse(findApplicationByAppId(directory, clientId)?.web.logoutUrl ?? "");
    if (url === null || (url.protocol !== "https:" && url.hostname !== "localhost")) {
      return [];
    }
    url.searchParams.set("sid", sid ?? "");
    return [url];
  });
}

async function signedOutPage(
  context: TokenServiceContext,
  frames: readonly URL[],
  back: URL | undefined,
): Promise<PlainResponse> {
  if (frames.length === 0 && back !== undefined) {
    return redirect(302, back.href);
  }
  const hidden = frames.map((url) => html`<iframe src="${url.href}" title="Sign-out of ${url.host}" hidden></iframe>`);
  const onward =
    back === undefined
      ? html`<p>You can close this page.</p>`
      : html`<p><a href="${back.href}">Back to ${back.host || back.protocol}</a></p>`;
  return renderPage(context, {
    title: "Signed out",
    body: html`<h1>You have signed out</h1>${onward}${hidden}`,
    frames: frames.length === 0 ? undefined : [...new Set(frames.map(policySource))],
    refresh: back === undefined ? undefined : { seconds: framesSeconds, url: back.href },
  });
}
