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
  /** The library that provides its credential. */
  readonly library: keyof typeof credentials;
  /** For a platform under its own name; otherwise everything points to Microsoft. */
  readonly ownHost?: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly secret: string;
  readonly publicClientId: string;
  readonly username: string;
  readonly password: string;
}

interface Named {
  readonly id: string;
  readonly value: string;
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
// Without its host, it would not send a token there.
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

  // Does what a registration script does: creates everything for a daemon that may read users.
  "/register": async () => {
    const [graph] = (
      await application
        .api("/servicePrincipals")
        .filter("displayName eq 'Microsoft Graph'")
        .select("id,appId,appRoles,oauth2PermissionScopes")
        .get()
    ).value;
    const idOf = (list: readonly Named[], name: string) => list.find(({ value }) => value === name)?.id;
    const roleId = idOf(graph.appRoles, "User.Read.All");
    const scopeId = idOf(graph.oauth2PermissionScopes, "User.Read");
    const { id, appId } = await application.api("/applications").post({
      displayName: "Nightly report",
      requiredResourceAccess: [
        {
          resourceAppId: graph.appId,
          resourceAccess: [
            { id: roleId, type: "Role" },
            { id: scopeId, type: "Scope" },
          ],
        },
      ],
    });
    const principal = await application.api("/servicePrincipals").post({ appId });
    const grant = { principalId: principal.id, resourceId: graph.id };
    await application.api(`/servicePrincipals/${graph.id}/appRoleAssignedTo`).post({ ...grant, appRoleId: roleId });
    const delegated = {
      clientId: principal.id,
      resourceId: graph.id,
      consentType: "AllPrincipals",
      scope: "User.Read",
    };
    await application.api("/oauth2PermissionGrants").post(delegated);
    const added = await application
      .api(`/applications/${id}/addPassword`)
      .post({ passwordCredential: { displayName: "first" } });
    const authority = `${ownHost ?? "https://login.microsoftonline.com"}/${settings.tenantId}`;
    const clientCredential = clientSecret(added.secretText);
    const daemon = new ConfidentialClientApplication({ clientId: appId, authority, clientCredential });
    const users = await createClient(asTokenCredential(daemon)).api("/users").select("id").get();
    await application.api(`/applications/${id}/removePassword`).post({ keyId: added.keyId });
    const registered = await application.api(`/applications/${id}`).select("passwordCredentials").get();
    await application.api(`/applications/${id}`).delete();
    return Response.json({ users: users.value.length, passwordsLeft: registered.passwordCredentials.length });
  },

  "/refused": async () => {
    try {
      return Response.json(await application.api("/users").post({ displayName: "Nobody" }));
    } catch (error) {
      const { statusCode, code, requestId } = error as GraphError;
      return Response.json({ isGraphError: error instanceof GraphError, statusCode, code, requestId });
    }
  },
}));
