import { AuthError, createStandardPublicClientApplication } from "@azure/msal-browser";
import { Client } from "@microsoft/microsoft-graph-client";

/** The test's settings for the page, as JSON in the document. */
export interface Settings {
  readonly clientId: string;
  readonly authority: string;
  readonly graph: string;
}

/** What a user would do with the page's buttons. */
export interface Shop {
  signIn(): Promise<void>;
  signInByPopup(): Promise<string>;
  /** With the browser's session, in a hidden frame. */
  signInSilently(userPrincipalName: string): Promise<string>;
  signedIn(): string | undefined;
  token(forceRefresh: boolean): Promise<{ readonly fromCache: boolean }>;
  /** The user, as read by Graph's own library for scripts. */
  me(): Promise<unknown>;
  signOut(): Promise<void>;
  /** The reason why the sign-in that redirected to this page failed. */
  readonly problem: string | undefined;
}

declare global {
  interface Window {
    shop: Shop;
  }
}

const settings = JSON.parse(document.querySelector("#settings")?.textContent ?? "") as Settings;
const scopes = ["User.Read"];
const app = await createStandardPublicClientApplication({
  auth: {
    clientId: settings.clientId,
    authority: settings.authority,
    // The platform's own host is not a known cloud.
    knownAuthorities: [new URL(settings.authority).host],
    redirectUri: `${location.origin}/redirect`,
    postLogoutRedirectUri: `${location.origin}/`,
  },
});

function account() {
  const [first] = app.getAllAccounts();
  if (first === undefined) {
    throw new Error("no user is signed in");
  }
  return first;
}

const graph = Client.initWithMiddleware({
  baseUrl: settings.graph,
  customHosts: new Set([new URL(settings.graph).hostname]),
  authProvider: {
    getAccessToken: async () => (await app.acquireTokenSilent({ scopes, account: account() })).accessToken,
  },
});

let problem: string | undefined;
try {
  await app.handleRedirectPromise();
} catch (error) {
  problem = error instanceof AuthError ? `${error.errorCode}: ${error.errorMessage}` : String(error);
}

window.shop = {
  problem,
  signIn: () => app.loginRedirect({ scopes }),
  async signInByPopup() {
    return (await app.loginPopup({ scopes })).account.username;
  },
  async signInSilently(loginHint) {
    return (await app.ssoSilent({ scopes, loginHint })).account.username;
  },
  signedIn: () => app.getAllAccounts()[0]?.username,
  async token(forceRefresh) {
    const { fromCache } = await app.acquireTokenSilent({ scopes, account: account(), forceRefresh });
    return { fromCache };
  },
  me: () => graph.api("/me").get(),
  signOut: () => app.logoutRedirect({ account: account() }),
};
