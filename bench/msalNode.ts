import { ConfidentialClientApplication, type INetworkModule, LogLevel } from "@azure/msal-node";
import { authority, clientId, scopeOf, tenantId, tokenOf } from "./tokenSource.ts";

/** MSAL Node before a token service without a network, told its metadata, so that it asks for tokens alone. */
export function makeMsal(): { readonly app: ConfidentialClientApplication; readonly count: () => number } {
  let count = 0;
  const networkClient: INetworkModule = {
    sendGetRequestAsync: async () => {
      throw new Error("no metadata is asked for");
    },
    sendPostRequestAsync: async <T>() => {
      const body = { token_type: "Bearer", expires_in: 86_399, access_token: tokenOf(count++) } as T;
      return { headers: {}, status: 200, body };
    },
  };
  const endpoint = (name: string): string => `${authority}/oauth2/v2.0/${name}`;
  const app = new ConfidentialClientApplication({
    auth: {
      clientId,
      authority,
      clientSecret: "a secret of the usual length: 40 letters",
      knownAuthorities: ["login.microsoftonline.com"],
      authorityMetadata: JSON.stringify({
        issuer: `https://login.microsoftonline.com/${tenantId}/v2.0`,
        authorization_endpoint: endpoint("authorize"),
        token_endpoint: endpoint("token"),
        end_session_endpoint: endpoint("logout"),
        jwks_uri: `${authority}/discovery/v2.0/keys`,
      }),
    },
    system: { networkClient, loggerOptions: { logLevel: LogLevel.Error, loggerCallback: () => {} } },
  });
  return { app, count: () => count };
}

/** Fills MSAL's cache through its own blob: acquiring so many tokens one by one would take it hours. */
export async function fillMsal(app: ConfidentialClientApplication, size: number): Promise<void> {
  await app.acquireTokenByClientCredential({ scopes: [scopeOf(0)] });
  const blob = JSON.parse(app.getTokenCache().serialize()) as { AccessToken: Record<string, { target: string }> };
  const [[key, entity] = []] = Object.entries(blob.AccessToken);
  if (key === undefined || entity === undefined) throw new Error("MSAL kept no token");
  for (let index = 1; index < size; index++) {
    const target = scopeOf(index);
    blob.AccessToken[key.replace(entity.target.toLowerCase(), target)] = { ...entity, target, ...secretOf(index) };
  }
  app.getTokenCache().deserialize(JSON.stringify(blob));
}

function secretOf(index: number): { secret: string } {
  return { secret: tokenOf(index) };
}
