// A command-line tool that signs its user in by device code once: node commandLineTool.ts <client id>
import { type Account, InteractionRequiredError, PublicClientApplication } from "@latchkey/client";
import { cacheFile } from "./cacheFile.ts";

const [, , clientId = "", file = "sample_cache.json"] = process.argv;
const scopes = ["User.Read"];

const app = new PublicClientApplication({
  clientId,
  authority: "https://login.microsoftonline.com/organizations",
  cachePlugin: cacheFile(file),
});

/** Without the user if possible. */
async function acquireToken(account: Account | undefined) {
  try {
    if (account !== undefined) {
      return await app.acquireTokenSilent({ scopes, account });
    }
  } catch (error) {
    if (!(error instanceof InteractionRequiredError)) {
      throw error;
    }
    console.error(error.remedy);
  }
  return app.acquireTokenByDeviceCode({
    scopes,
    deviceCodeCallback: ({ message }) => console.error(message),
  });
}

const [account] = await app.tokenCache.getAllAccounts();
const { accessToken, source } = await acquireToken(account);
const me = await fetch("https://graph.microsoft.com/v1.0/me", { headers: { authorization: `Bearer ${accessToken}` } });
const { displayName } = (await me.json()) as { readonly displayName?: string };
console.log(`Hello ${displayName}. (The token is from the ${source}.)`);
