import { type Account, AuthError, PublicClientApplication, protectedApi } from "@latchkey/client";

/** The test's settings for the page, as JSON in the document. */
export interface Settings {
  readonly clientId: string;
  readonly authority: string;
  readonly graph: string;
  readonly responseMode: "query" | "fragment";
  /** Whether the browser's own `fetch` is passed unchanged. */
  readonly handsFetchOver?: boolean;
}

/** What a user would do with the page's buttons. */
export interface SignInPage {
  /** Leaves the page. */
  signIn(): Promise<void>;
  /** The user who has signed in with the response in this page's address, or the reason for a failure. */
  readonly arrived: { readonly username: string } | Problem | undefined;
  token(forceRefresh: boolean): Promise<{ readonly source: string } | Problem>;
  /** Graph's data about the user. */
  me(): Promise<unknown>;
}

export interface Problem {
  readonly name: string;
  readonly code: string;
  readonly remedy: string;
}

declare global {
  interface Window {
    signInPage: SignInPage;
  }
}

const { clientId, authority, graph, responseMode, handsFetchOver } = JSON.parse(
  document.querySelector("#settings")?.textContent ?? "",
) as Settings;
const scopes = ["User.Read"];
const fetch = handsFetchOver ? globalThis.fetch : undefined;
const app = new PublicClientApplication({ clientId, authority, fetch });

async function signIn(): Promise<void> {
  const redirectUri = `${location.origin}/`;
  const request = await app.getAuthorizationUrl({ scopes, redirectUri, responseMode });
  sessionStorage.setItem("signIn", JSON.stringify(request));
  location.assign(request.url);
}

async function arrive(): Promise<SignInPage["arrived"]> {
  const begun = sessionStorage.getItem("signIn");
  if (begun === null) {
    return undefined;
  }
  sessionStorage.removeItem("signIn");
  const response = location.href;
  history.replaceState(null, "", "/");
  return problemOr(async () => {
    const { account } = await app.acquireTokenByAuthorizationCode({ request: JSON.parse(begun), response });
    return { username: account?.username ?? "nobody" };
  });
}

async function signedIn(): Promise<Account> {
  const [account] = await app.tokenCache.getAllAccounts();
  if (account === undefined) {
    throw new Error("no user is signed in");
  }
  return account;
}

async function problemOr<T>(work: () => Promise<T>): Promise<T | Problem> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AuthError)) {
      throw error;
    }
    const { name, code, remedy } = error;
    return { name, code, remedy };
  }
}

window.signInPage = {
  arrived: await arrive(),
  signIn,
  token: (forceRefresh) =>
    problemOr(async () => {
      const { source } = await app.acquireTokenSilent({ scopes, account: await signedIn(), forceRefresh });
      return { source };
    }),
  me: async () => protectedApi(app, { baseUrl: graph, scopes, account: await signedIn(), fetch }).json("me"),
};
