import { ClientSecretCredential, type TokenCredential, UsernamePasswordCredential } from "@azure/identity";
import {
  asTokenCredential,
  ConfidentialClientApplication,
  clientSecret,
  PublicClientApplication,
} from "@latchkey/client";
import { Client, type ClientOptions, GraphError, PageIterator } from "@microsoft/microsoft-graph-client";
import { TokenCredentialAuthenticationProvider } from "@microsoft/microsoft-graph-client/authProviders/azureTokenCredentials/index.js";
import { readSettings, serve } from "./webApplication.ts";

interface Settings {
  /** Whose credentials it is given. */
  readonly library: keyof typeof credentials;
  /** Of a platform under its own name; without it nothing points anywhere but to Microsoft. */
  readonly ownHost?: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly secret: string;
  readonly publicClientId: string;
  readonly username: string;
  readonly password: string;
}

interface User {
  readonly userPrincipalName: string;
}

const scopes = ["https://graph.microsoft.com/.default"];

const credentials = {
  "@azure/identity": async ({ ownHost, tenantId, clientId, secret, publicClientId, username, password }: Settings) => {
    const login = ownHost === undefined ? {} : { authorityHost: ownHost, disableInstanceDiscovery: true };
    return {
      application: new ClientSecretCredential(tenantId, clientId, secret, login),
      user: new UsernamePasswordCredential(tenantId, publicClientId, username, password, login),
    };
  },
  "@latchkey/client": async ({ ownHost, tenantId, clientId, secret, publicClientId, username, password }: Settings) => {
    const authority = `${ownHost ?? "https://login.microsoftonline.com"}/${tenantId}`;
    const clientCredential = clientSecret(secret);
    const tool = new PublicClientApplication({ clientId: publicClientId, authority });
    const { account } = await tool.acquireTokenByUsernamePassword({ scopes, username, password });
    return {
      application: asTokenCredential(new ConfidentialClientApplication({ clientId, authority, clientCredential })),
      user: asTokenCredential(tool, { account }),
    };
  },
};

const settings = readSettings<Settings>();
const { ownHost } = settings;
// Without its host it would send no token there.
const graph: ClientOptions =
  ownHost === undefined ? {} : { baseUrl: ownHost, customHosts: new Set([new URL(ownHost).hostname]) };

function createClient(credential: TokenCredential): Client {
  const authProvider = new TokenCredentialAuthenticationProvider(credential, { scopes });
  return Client.initWithMiddleware({ ...graph, authProvider });
}

const credential = await credentials[settings.library](settings);
const application = createClient(credential.application);
const signedIn = createClient(credential.user);

await serve(() => ({
  "/users": async () => {
    const names: string[] = [];
    const first = await application.api("/users").select("userPrincipalName").top(9).get();
    const pages = new PageIterator(application, first, ({ userPrincipalName }: User) => {
      names.push(userPrincipalName);
      return true;
    });
    await pages.iterate();
    return Response.json({ names, isComplete: pages.isComplete() });
  },

  "/search": async () =>
    Response.json(
      await application
        .api("/users")
        .header("ConsistencyLevel", "eventual")
        .search('"displayName:Ada"')
        .count(true)
        .select(["displayName"])
        .get(),
    ),

  "/me": async () => Response.json(await signedIn.api("/me").get()),

  "/refused": async () => {
    try {
      return Response.json(await application.api("/users").post({ displayName: "Nobody" }));
    } catch (error) {
      const { statusCode, code, requestId } = error as GraphError;
      return Response.json({ isGraphError: error instanceof GraphError, statusCode, code, requestId });
    }
  },
}));
