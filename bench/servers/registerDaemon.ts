import type { Platform } from "../../packages/platform/dist/server/platform.js";
import type { TokenServer } from "./serve.ts";

/** Registers a daemon that may read users. Returns the request that gets a token for it. */
export function registerDaemon(platform: Platform): TokenServer {
  const { appId } = platform.directory.registerApplication({
    displayName: "Daemon",
    requiredResourceAccess: [{ name: "Microsoft Graph", permissions: ["User.Read.All"] }],
  });
  const { secretText } = platform.directory.addPassword(appId);
  platform.directory.grantAdminConsent(appId);
  const { port, host } = new URL(platform.url);
  return {
    port: Number(port),
    host,
    path: `/${platform.tenant.id}/oauth2/v2.0/token`,
    form: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: appId,
      client_secret: secretText,
      scope: "https://graph.microsoft.com/.default",
    }).toString(),
  };
}
