// A web app that signs its users in and calls Microsoft Graph for them:
// CLIENT_SECRET=… node webApp.ts <client id> <tenant id> [port]
// Its registration has two redirect URIs of the platform Web: http://localhost:<port>/signed-in, and
// http://localhost:<port>/ for returning after signing out.
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import {
  type AuthorizationRequest,
  ConfidentialClientApplication,
  clientSecret,
  InteractionRequiredError,
  protectedApi,
} from "@latchkey/client";

/** A browser's session, stored on the server; the browser has only its key. */
interface Session {
  signIn?: AuthorizationRequest;
  homeAccountId?: string | undefined;
}

/** A redirect or a page. */
type Answer = { readonly location: string } | { readonly status?: number; readonly html: string };

const [, , clientId = "", tenantId = "", port = "3000"] = process.argv;
const origin = `http://localhost:${port}`;
const scopes = ["User.Read"];
const sessions = new Map<string, Session>();

const app = new ConfidentialClientApplication({
  clientId,
  authority: `https://login.microsoftonline.com/${tenantId}`,
  clientCredential: clientSecret(process.env["CLIENT_SECRET"] ?? ""),
  // Graph may revoke a token before it expires, and return the claims that it requires.
  clientCapabilities: ["cp1"],
});

async function accountOf({ homeAccountId }: Session) {
  return homeAccountId === undefined ? undefined : app.tokenCache.getAccountByHomeId(homeAccountId);
}

async function beginSignIn(session: Session, claims?: string): Promise<Answer> {
  session.signIn = await app.getAuthorizationUrl({ scopes, claims, redirectUri: `${origin}/signed-in` });
  return { location: session.signIn.url };
}

const pages: Readonly<Record<string, (session: Session, url: string) => Promise<Answer>>> = {
  async "GET /"(session) {
    const account = await accountOf(session);
    if (account === undefined) {
      return { html: '<a href="/sign-in">Sign in</a>' };
    }
    try {
      const graph = protectedApi(app, { baseUrl: "https://graph.microsoft.com/v1.0/", scopes, account });
      const { displayName, mail } = await graph.json<{ displayName: string; mail: string | null }>("me");
      const greeting = `<p>Hello ${inHtml(displayName)}, ${inHtml(mail ?? "no mail")}.</p>`;
      return { html: `${greeting}<form method="post" action="/sign-out"><button>Sign out</button></form>` };
    } catch (error) {
      // The user has to act: new consent, a second factor, or an ended session.
      if (error instanceof InteractionRequiredError) {
        return beginSignIn(session, error.claims);
      }
      throw error;
    }
  },

  "GET /sign-in": (session) => beginSignIn(session),

  async "GET /signed-in"(session, response) {
    const { signIn: request } = session;
    if (request === undefined) {
      return { status: 400, html: "No sign-in was started in this browser." };
    }
    delete session.signIn;
    const { account } = await app.acquireTokenByAuthorizationCode({ request, response });
    session.homeAccountId = account?.homeAccountId;
    return { location: "/" };
  },

  async "POST /sign-out"(session) {
    const account = await accountOf(session);
    delete session.homeAccountId;
    if (account === undefined) {
      return { location: "/" };
    }
    await app.tokenCache.removeAccount(account);
    return { location: await app.getSignOutUrl({ account, postLogoutRedirectUri: `${origin}/` }) };
  },
};

const server = createServer(async (request, response) => {
  const { key, session } = sessionOf(request);
  const { homeAccountId } = session;
  const answer = await answerTo(request, session);
  // Somebody else may know a key from before the sign-in, and would be signed in with it.
  const newKey = keep(session, session.homeAccountId === homeAccountId ? key : undefined);
  // Lax: the cookie is sent when the sign-in page redirects the browser back, but not with a form from another site.
  response.setHeader("set-cookie", `session=${newKey}; HttpOnly; SameSite=Lax; Path=/`);
  if ("location" in answer) {
    response.writeHead(303, { location: answer.location }).end();
  } else {
    response.writeHead(answer.status ?? 200, { "content-type": "text/html; charset=utf-8" }).end(answer.html);
  }
});

async function answerTo({ method, url = "/" }: IncomingMessage, session: Session): Promise<Answer> {
  try {
    const page = pages[`${method} ${new URL(url, origin).pathname}`];
    return page === undefined ? { status: 404, html: "There is no such page." } : await page(session, url);
  } catch (error) {
    console.error(error);
    return { status: 500, html: "That did not work. The server's log says why." };
  }
}

function sessionOf({ headers }: IncomingMessage): { readonly key?: string | undefined; readonly session: Session } {
  const key = /(?:^|; )session=([^;]+)/.exec(headers.cookie ?? "")?.[1];
  const session = sessions.get(key ?? "");
  return session === undefined ? { session: {} } : { key, session };
}

/** Stores a session that is not empty and returns its key: a new one, unless it may keep the old one. */
function keep(session: Session, key: string = randomUUID()): string {
  for (const [other, known] of sessions) {
    if (known === session && other !== key) {
      sessions.delete(other);
    }
  }
  if (session.signIn !== undefined || session.homeAccountId !== undefined) {
    sessions.set(key, session);
  }
  return key;
}

function inHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

server.listen(Number(port), "localhost", () => console.log(origin));
