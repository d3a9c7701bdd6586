import {
  type AccountInfo,
  ConfidentialClientApplication,
  type INetworkModule,
  LogLevel,
  PublicClientApplication,
} from "@azure/msal-node";
import { authority, clientId, scopeOf, secret, tenantId, tokenOf } from "./tokenSource.ts";
import { idTokenOf, userIdOf, userScope } from "./userSource.ts";

/** MSAL Node with a token service without a network. It is given the metadata, so that it requests only tokens. */
export function makeMsal(networkClient?: INetworkModule): {
  readonly app: ConfidentialClientApplication;
  readonly count: () => number;
} {
  const { count, system, auth } = configuration();
  const app = new ConfidentialClientApplication({
    auth: { ...auth, clientSecret: secret },
    system: networkClient ? { ...system, networkClient } : system,
  });
  return { app, count };
}

/** MSAL Node's tool with this many signed-in users, loaded through its own blob. */
export async function makeMsalTool(size: number): Promise<{
  readonly app: PublicClientApplication;
  readonly accounts: readonly AccountInfo[];
  readonly count: () => number;
}> {
  const { count, system, auth } = configuration();
  const app = new PublicClientApplication({ auth, system });
  const environment = "login.windows.net";
  const common = { environment, client_id: clientId };
  const entries = Array.from({ length: size }, (_, index) => {
    const home = `${userIdOf(index)}.${tenantId}`;
    const target = `${userScope} openid profile email`;
    const realm = tenantId;
    return {
      account: {
        home_account_id: home,
        environment,
        realm,
        local_account_id: userIdOf(index),
        username: `user${index}@contoso.example`,
        authority_type: "MSSTS",
      },
      idToken: { ...common, home_account_id: home, credential_type: "IdToken", secret: idTokenOf(index), realm },
      accessToken: {
        ...common,
        home_account_id: home,
        credential_type: "AccessToken",
        secret: tokenOf(index),
        realm,
        target,
        cached_at: String(Math.floor(Date.now() / 1_000) - 1),
        expires_on: String(Math.floor(Date.now() / 1_000) + 86_399),
        token_type: "Bearer",
      },
      keys: {
        account: `${home}-${environment}-${realm}`,
        idToken: `${home}-${environment}-idtoken-${clientId}-${realm}--`,
        accessToken: `${home}-${environment}-accesstoken-${clientId}-${realm}-${target.toLowerCase()}-`,
      },
    };
  });
  const section = (of: "account" | "idToken" | "accessToken") =>
    Object.fromEntries(entries.map((entry) => [entry.keys[of], entry[of]]));
  const blob = { Account: section("account"), IdToken: section("idToken"), AccessToken: section("accessToken") };
  app.getTokenCache().deserialize(JSON.stringify(blob));
  return { app, accounts: await app.getTokenCache().getAllAccounts(), count };
}

/** MSAL Node's tool after reading a text, which may be ours. */
export function readingMsal(text: string): PublicClientApplication {
  const { system, auth } = configuration();
  const app = new PublicClientApplication({ auth, system });
  app.getTokenCache().deserialize(text);
  return app;
}

function configuration() {
  let count = 0;
  const networkClient: INetworkModule = {
    sendGetRequestAsync: async () => {
      throw new Error("no metadata is requested");
    },
    sendPostRequestAsync: async <T>() => {
      const body = { token_type: "Bearer", expires_in: 86_399, access_token: tokenOf(count++) } as T;
      return { headers: {}, status: 200, body };
    },
  };
  const endpoint = (name: string): string => `${authority}/oauth2/v2.0/${name}`;
  return {
    count: () => count,
    system: { networkClient, loggerOptions: { logLevel: LogLevel.Error, loggerCallback: () => {} } },
    auth: {
      clientId,
      authority,
      knownAuthorities: ["login.microsoftonline.com"],
      authorityMetadata: JSON.stringify({
        issuer: `https://login.microsoftonline.com/${tenantId}/v2.0`,
        authorization_endpoint: endpoint("authorize"),
        token_endpoint: endpoint("token"),
        end_session_endpoint: endpoint("logout"),
        jwks_uri: `${authority}/discovery/v2.0/keys`,
      }),
    },
  };
}

/** Fills MSAL's cache through its own blob: acquiring this many tokens one by one would take hours. */
export async function fillMsal(app: ConfidentialClientApplication, size: number): Promise<void> {
  await app.acquireTokenByClientCredential({ scopes: [scopeOf(0)] });
  const blob = JSON.parse(app.getTokenCache().serialize()) as { AccessToken: Record<string, { target: string }> };
  const [[key, entity] = []] = Object.entries(blob.AccessToken);
  if (key === undefined || entity === undefined) {
    throw new Error("MSAL cached no token");
  }
  for (let index = 1; index < size; index++) {
    const target = scopeOf(index);
    blob.AccessToken[key.replace(entity.target.toLowerCase(), target)] = { ...entity, target, ...secretOf(index) };
  }
  app.getTokenCache().deserialize(JSON.stringify(blob));
}

function secretOf(index: number): { secret: string } {
  return { secret: tokenOf(index) };
}
