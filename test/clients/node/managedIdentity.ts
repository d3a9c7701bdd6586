import { ManagedIdentityCredential } from "@azure/identity";
import { ManagedIdentityApplication } from "@azure/msal-node";
import { decodeJwt } from "jose";
import { print } from "./parameters.ts";

/** The library, and the client id of a user-assigned identity, or none for the host's own; `once` disables retries. */
const [library, clientId, retry] = process.argv.slice(2).map((argument) => argument || undefined);
const options = retry === "once" ? { retryOptions: { maxRetries: 0 } } : {};

async function accessToken(): Promise<string> {
  if (library === "azureIdentity") {
    const credential =
      clientId === undefined
        ? new ManagedIdentityCredential(options)
        : new ManagedIdentityCredential(clientId, options);
    return (await credential.getToken("https://graph.microsoft.com/.default")).token;
  }
  const application = new ManagedIdentityApplication({
    ...(clientId === undefined ? {} : { managedIdentityIdParams: { userAssignedClientId: clientId } }),
    system: { disableInternalRetries: retry === "once" },
  });
  return (await application.acquireToken({ resource: "https://graph.microsoft.com" })).accessToken;
}

try {
  const token = await accessToken();
  const { appid, oid } = decodeJwt(token);
  const response = await fetch(`${process.env["GRAPH_ORIGIN"]}/v1.0/users`, {
    headers: { authorization: `Bearer ${token}` },
  });
  print({ clientId: appid, objectId: oid, graph: response.status });
} catch (error) {
  print({ error: String(error) });
}
