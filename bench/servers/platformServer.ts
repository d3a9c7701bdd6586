import { createServer } from "node:http";
// What is published has no way to listen without TLS, so this is the inside of it, built.
import { startPlatformOn } from "../../packages/platform/dist/startPlatform.js";
import { listenPlainly, report, signingKey } from "./serve.ts";

const server = createServer();
const platform = await startPlatformOn(
  async () => ({
    port: await listenPlainly(server),
    serve: (answer) => void server.on("request", answer),
    reset: (socket) => void socket.resetAndDestroy(),
    accept: (connection) => void server.emit("connection", connection),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }),
  { keys: [{ privateKey: signingKey }] },
);
const { appId } = platform.directory.registerApplication({
  displayName: "Daemon",
  requiredResourceAccess: [{ name: "Microsoft Graph", permissions: ["User.Read.All"] }],
});
const { secretText } = platform.directory.addPassword(appId);
platform.directory.grantAdminConsent(appId);
const { port, host } = new URL(platform.url);
report({
  port: Number(port),
  host,
  path: `/${platform.tenant.id}/oauth2/v2.0/token`,
  form: new URLSearchParams({
    grant_type: "client_credentials",
    client_id: appId,
    client_secret: secretText,
    scope: "https://graph.microsoft.com/.default",
  }).toString(),
});
