// A daemon that lists the users of its tenant: CLIENT_SECRET=… node daemon.ts <client id> <tenant id>
// Its registration needs the application permission User.Read.All of Microsoft Graph, with admin consent.
import { AuthError, ConfidentialClientApplication, clientSecret, protectedApi } from "@latchkey/client";

const [, , clientId = "", tenantId = ""] = process.argv;

try {
  const app = new ConfidentialClientApplication({
    clientId,
    authority: `https://login.microsoftonline.com/${tenantId}`,
    clientCredential: clientSecret(process.env["CLIENT_SECRET"] ?? ""),
  });
  const graph = protectedApi(app, {
    baseUrl: "https://graph.microsoft.com/v1.0/",
    scopes: ["https://graph.microsoft.com/.default"],
  });
  for await (const users of graph.pages<{ displayName: string }>("users?$select=displayName")) {
    for (const { displayName } of users) {
      console.log(displayName);
    }
  }
} catch (error) {
  if (!(error instanceof AuthError)) {
    throw error;
  }
  console.error(`${error.message}\n${error.remedy}`);
  process.exitCode = 1;
}
