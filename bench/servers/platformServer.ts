import { createServer } from "node:http";
// The published package cannot listen without TLS, so this uses its built internals.
import { startPlatformOn } from "../../packages/platform/dist/startPlatform.js";
import { registerDaemon } from "./registerDaemon.ts";
import { listenPlainly, report, signingKey } from "./serve.ts";

const server = createServer();
const platform = await startPlatformOn(
  async () => ({
    port: await listenPlainly(server),
    serve: (response) => void server.on("request", response),
    reset: (socket) => void socket.resetAndDestroy(),
    accept: (connection) => void server.emit("connection", connection),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }),
  { keys: [{ privateKey: signingKey }] },
);
report(registerDaemon(platform));
