import { type ChildProcess, fork } from "node:child_process";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { joining } from "../tools/publishing/joinModules.ts";
import type { TokenServer, Usage } from "./servers/serve.ts";

/** A server in its own process, so that its cost is measured separately from the load's. */
export interface ServerProcess {
  readonly server: TokenServer;
  usage(): Promise<Usage>;
  stop(): Promise<void>;
}

/** The programs in `servers/`, by row name; the others are compared with the first. */
export const serverNames = {
  bareServer: "bare node:http",
  platformServer: "@latchkey/platform",
  oidcProviderServer: "oidc-provider",
} as const;

const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
const signingKey = privateKey.export({ format: "pem", type: "pkcs8" }).toString();

/** The key that signs the tokens of every server. */
export const tokenKey: KeyObject = publicKey;

/** The programs as they would be published: otherwise starting one would mostly be reading many small files. */
const joined = fileURLToPath(new URL("../node_modules/.cache/latchkey-bench", import.meta.url));
await build({
  ...joining,
  entryPoints: [join(import.meta.dirname, "servers", "*Server.ts")],
  outdir: joined,
  platform: "node",
  packages: "external",
});

/** Starts a program in `servers/` and resolves when it is ready. */
export async function startServer(name: string): Promise<ServerProcess> {
  const child = fork(join(joined, `${name}.js`), {
    env: { ...process.env, BENCH_SIGNING_KEY: signingKey },
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let problems = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    problems += text;
  });
  const next = <Message>(): Promise<Message> => nextMessage(child, () => `${name} has ended: ${problems}`);
  const server = await next<TokenServer>();
  return {
    server,
    usage() {
      child.send("usage");
      return next<Usage>();
    },
    stop: () =>
      new Promise((resolve) => {
        child.once("exit", () => resolve());
        child.disconnect();
      }),
  };
}

function nextMessage<Message>(child: ChildProcess, problem: () => string): Promise<Message> {
  return new Promise((resolve, reject) => {
    const end = (): void => reject(new Error(problem()));
    child.once("close", end);
    child.once("message", (message) => {
      child.off("close", end);
      resolve(message as Message);
    });
  });
}
