import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serverCertificate } from "../support/keys.ts";
import { type LocalServer, sendJson, startServer, startSocketServer } from "../support/localServer.ts";

/** The default request timeout is 30 s; what ends sooner did not wait for it. */
const waitMs = 15_000;

interface Service {
  readonly authority: string;
  /** Resolves when a request has arrived that is not answered automatically. */
  readonly held: Promise<ServerResponse>;
}

let folder = "";
let service: LocalServer;
let front: LocalServer;
/** Answers the first request of each path with a token that is due for a refresh, and holds all others. */
const held = new Map<string, (response: ServerResponse) => void>();
const seen = new Set<string>();
/** Called with the connection that is not let through. */
let swallowed = (): void => {};

const answer = (response: ServerResponse, number: number): void =>
  sendJson(response, { access_token: `token-${number}`, expires_in: 3_600, refresh_in: 0 });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "latchkey-"));
  const certificate = await serverCertificate("localhost", "127.0.0.1");
  await writeFile(join(folder, "ca.pem"), certificate.certificate);
  service = await startServer((request, response) => {
    const tenant = (request.url ?? "").split("/")[1] ?? "";
    request.resume();
    if (tenant.includes("close")) {
      response.setHeader("connection", "close");
    }
    if (seen.has(tenant)) {
      return held.get(tenant)?.(response);
    }
    seen.add(tenant);
    if (tenant.includes("cold")) {
      return held.get(tenant)?.(response);
    }
    answer(response, 1);
  }, certificate);
  // Accepts every connection, and lets only the first one through to the TLS server.
  let connections = 0;
  front = await startSocketServer(
    createServer((socket) => {
      if (connections++ > 0) {
        return swallowed();
      }
      const upstream = connect(service.port, "127.0.0.1");
      socket.pipe(upstream).pipe(socket);
      upstream.on("error", () => socket.destroy());
    }),
  );
});

afterAll(async () => {
  await Promise.all([service.close(), front.close()]);
  await rm(folder, { recursive: true });
});

function serve(tenant: string, { port } = service): Service {
  const domain = `${tenant}.example`;
  const arrived = new Promise<ServerResponse>((resolve) => void held.set(domain, resolve));
  return { authority: `https://localhost:${port}/${domain}`, held: arrived };
}

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/**
 * Runs a program with `app`, `ask`, `createFetch` and `sent` until it exits by itself. `sent` resolves when the request
 * that the test waits for has arrived.
 */
function run(authority: string, program: string, sent: Promise<unknown>, options = ""): Promise<Ended> {
  const text = `
    import { ConfidentialClientApplication, clientSecret } from "@latchkey/client";
    import { createFetch } from "@latchkey/client/node";
    const app = new ConfidentialClientApplication({
      clientId: "11111111-2222-4333-8444-555555555555",
      authority: ${JSON.stringify(authority)},
      knownAuthorities: [new URL(${JSON.stringify(authority)}).host],
      clientCredential: clientSecret("s"),
      // Due at once.
      random: (length) => new Uint8Array(length),
      ${options}
    });
    const scopes = ["https://graph.microsoft.com/.default"];
    const sent = () => new Promise((resolve) => {
      process.stdin.once("data", () => resolve(process.stdin.destroy()));
    });
    const ask = async (more) => {
      try {
        const { accessToken, source } = await app.acquireTokenForClient({ scopes, ...more });
        console.log(accessToken, source);
      } catch (error) {
        console.log(error.code ?? error);
      }
    };
    ${program}
  `;
  const flags = ["--conditions=@latchkey/source", "--disable-warning=ExperimentalWarning", "--input-type=module"];
  const child = spawn(process.execPath, [...flags, "--eval", text], {
    cwd: import.meta.dirname,
    env: { ...process.env, NODE_EXTRA_CA_CERTS: join(folder, "ca.pem") },
    timeout: waitMs,
  });
  child.stdin.on("error", () => {});
  void sent.then(() => child.stdin.write("sent"));
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (part) => (output += part));
  }
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, output })));
}

const refreshed = "await ask(); await ask(); await sent();";
const injectedClock = "clock: { now: () => Date.now(), sleep: () => new Promise(() => {}) },";

describe("a background refresh lets a finished program exit", () => {
  test.each([
    ["over the connection of the first request", "open", ""],
    ["over a connection of its own", "close", ""],
    ["with an injected clock", "clock", injectedClock],
    ["through createFetch", "created-close", "fetch: createFetch(),"],
  ])("%s", async (_, tenant, options) => {
    const { authority, held } = serve(tenant);
    expect(await run(authority, refreshed, held, options)).toEqual({
      code: 0,
      output: "token-1 network\ntoken-1 cache\n",
    });
  });

  test("before a server that accepts the connection but never responds", async () => {
    const { authority } = serve("close-silent", front);
    const sent = new Promise<void>((resolve) => {
      swallowed = resolve;
    });
    expect(await run(authority, refreshed, sent)).toEqual({ code: 0, output: "token-1 network\ntoken-1 cache\n" });
  });

  test("that fails and is to be retried", async () => {
    const { authority, held } = serve("busy");
    const failed = held.then((response) => {
      response.writeHead(503, { "retry-after": "9" }).end();
    });
    expect(await run(authority, refreshed, failed)).toEqual({ code: 0, output: "token-1 network\ntoken-1 cache\n" });
  });
});

describe("a request that its caller abandoned lets a finished program exit", () => {
  test.each([
    ["by a time-out", "timeout", "await ask({ forceRefresh: true, timeoutMs: 300 });", "timeout"],
    ["by a signal", "abort", "await ask({ forceRefresh: true, signal: AbortSignal.timeout(300) });", "23"],
    [
      "while a refresh waits for it as well",
      "both",
      "const first = ask({ forceRefresh: true, timeoutMs: 300 }); await ask(); await first;",
      "token-1 cache\ntimeout",
    ],
  ])("%s", async (_, tenant, program, output) => {
    const { authority, held } = serve(tenant);
    expect(await run(authority, `await ask(); ${program}`, held)).toEqual({
      code: 0,
      output: `token-1 network\n${output}\n`,
    });
  });
});

describe("a waiting caller keeps the program alive", () => {
  test.each([
    ["for a request of its own", "cold", "await ask();", ""],
    ["for a request of its own, by an injected clock", "cold-clock", "await ask();", injectedClock],
    ["for a request of its own, through createFetch", "cold-created", "await ask();", "fetch: createFetch(),"],
    ["for a refresh in progress", "joined", `${refreshed} await ask({ forceRefresh: true });`, ""],
  ])("%s", async (_, tenant, program, options) => {
    const { authority, held } = serve(tenant);
    const ended = run(authority, program, held, options);
    const response = await held;
    // Long enough for a program that nothing keeps alive to exit.
    await new Promise((resolve) => setTimeout(resolve, 700));
    answer(response, 2);
    const { code, output } = await ended;
    expect({ code, last: output.trim().split("\n").at(-1) }).toEqual({ code: 0, last: "token-2 network" });
  });
});
