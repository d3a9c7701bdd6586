import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { get } from "node:https";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { type ConnectionOptions, connect } from "node:tls";
import { findRunningPlatform, type ManagedIdentitySourceName, type Platform, startPlatform } from "@latchkey/platform";
import { afterEach, describe, expect, test } from "vitest";
import { connectThrough } from "../support/throughProxy.ts";

const taken: Server[] = [];
afterEach(async () => {
  for (const server of taken.splice(0)) {
    await new Promise((resolve) => server.close(resolve));
  }
});

function takePort(host: string, port = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(port, host, () => {
      taken.push(server);
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
}

test("a requested port that is taken is an error that names it and the remedy", async () => {
  const port = await takePort("127.0.0.1");
  await expect(startPlatform({ port })).rejects.toMatchObject({
    message: `Port ${port} is taken by another program.`,
    remedy: expect.stringContaining("Stop that program, choose another port"),
  });
});

test("a port that is only taken on ::1 is taken", async () => {
  const port = await takePort("::1");
  await expect(startPlatform({ port })).rejects.toThrow(`Port ${port} is taken`);
});

test("with a first port it uses the first free one from there", async () => {
  const firstPort = await takePort("127.0.0.1");
  const platform = await startPlatform({ firstPort });
  await platform.stop();
  const port = Number(new URL(platform.url).port);
  expect(port).toBeGreaterThan(firstPort);
  expect(port).toBeLessThan(firstPort + 100);
});

test("an invalid port is refused before anything is opened", async () => {
  await expect(startPlatform({ port: 70_000 })).rejects.toThrow("port must be a whole number from 0 to 65535");
});

test("after stop the port is free again, and a second platform can take it", async () => {
  const first = await startPlatform();
  const port = Number(new URL(first.url).port);
  await first.stop();
  const second = await startPlatform({ port });
  expect(new URL(second.url).port).toBe(String(port));
  await second.stop();
});

test("responses are dated by the platform's own clock, wherever it is moved", async () => {
  const platform = await startPlatform();
  const { caCertificate: ca } = platform;
  const dated = () =>
    new Promise<number>((resolve, reject) => {
      get(`${platform.url}/common/discovery/keys`, { ca }, (response) => {
        response.resume();
        resolve(Date.parse(response.headers.date ?? ""));
      }).on("error", reject);
    });
  for (const moveMs of [0, 50 * 3_600_000, -100 * 3_600_000]) {
    platform.clock.advance(moveMs);
    const beforeMs = platform.clock.now();
    const dateMs = await dated();
    // The header has no fractions of a second.
    expect(dateMs).toBeGreaterThan(beforeMs - 1_000);
    expect(dateMs).toBeLessThanOrEqual(platform.clock.now());
  }
  await platform.stop();
});

test("no address contains the default port of https", async ({ skip }) => {
  const dataDirectory = mkdtempSync(join(tmpdir(), "latchkey-443-"));
  const platform = await startPlatform({ port: 443, dataDirectory }).catch((error: Error) => skip(error.message));
  const running = JSON.stringify(findRunningPlatform(dataDirectory));
  const metadata = `/${platform.tenant.id}/v2.0/.well-known/openid-configuration`;
  const written = await Promise.all(
    [metadata, metadata.replace("/v2.0", ""), "/"].map(async (path) =>
      (await platform.fetch(new Request(`${platform.url}${path}`))).text(),
    ),
  );
  const daemon = platform.directory.registerApplication({ displayName: "Daemon" });
  const { secretText } = platform.directory.addPassword(daemon.appId);
  const token = await platform.fetch(
    new Request(`${platform.url}/${platform.tenant.id}/oauth2/v2.0/token`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_id: daemon.appId,
        client_secret: secretText,
        scope: "https://graph.microsoft.com/.default",
      }),
    }),
  );
  const { access_token } = (await token.json()) as { access_token: string };
  const { iss } = JSON.parse(Buffer.from(access_token.split(".")[1] ?? "", "base64url").toString()) as { iss: string };
  const metadataWithPort = await answerOf(platform, metadata, { host: "localhost:443" });
  await platform.stop();
  rmSync(dataDirectory, { recursive: true });
  expect(platform.url).toBe("https://localhost");
  expect(iss).toBe(`https://localhost/${platform.tenant.id}/`);
  expect(
    [platform.url, JSON.stringify(platform.environment), running, iss, metadataWithPort, ...written].join(),
  ).not.toContain(":443");
});

describe("stop", () => {
  test.each<[string, (platform: Platform) => number | Promise<number>]>([
    ["the platform's port", ({ url }) => Number(new URL(url).port)],
    ["a managed identity endpoint", async (platform) => identityPort(platform, "imds")],
    ["a managed identity endpoint on https", async (platform) => identityPort(platform, "serviceFabric")],
    ["the proxy", ({ environment }) => Number(new URL(environment["HTTPS_PROXY"] ?? "").port)],
  ])("closes connections that only check whether %s is open", async (_, portOf) => {
    const platform = await startPlatform({ mode: "interception" });
    const probe = createConnection({ host: "127.0.0.1", port: await portOf(platform) });
    await once(probe, "connect");
    const ended = endOf(probe);
    await platform.stop();
    await ended;
  });

  test("closes a connection through the proxy on which TLS has not started", async () => {
    const platform = await startPlatform({ mode: "interception" });
    const { socket } = await connectThrough(platform, "graph.microsoft.com:443");
    const ended = endOf(socket);
    await platform.stop();
    await ended;
  });

  test("closes a connection in the middle of the TLS handshake", async () => {
    const platform = await startPlatform();
    const probe = createConnection({ host: "127.0.0.1", port: Number(new URL(platform.url).port) });
    await once(probe, "connect");
    // The head of a TLS record that never follows.
    probe.write(Buffer.from([22, 3, 1, 2, 0, 1]));
    const ended = endOf(probe);
    await platform.stop();
    await ended;
  });
});

/** Resolves when a connection has ended, in any way. */
function endOf(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.on("error", () => undefined).on("close", () => resolve());
    socket.resume();
  });
}

/** The port of a managed identity endpoint. */
async function identityPort(platform: Platform, name: ManagedIdentitySourceName): Promise<number> {
  const environment = Object.values(await platform.managedIdentity(name));
  const address = environment.find((value) => value.includes("://127.0.0.1:") && !value.includes(platform.url));
  return Number(new URL(address ?? "").port);
}

/** The platform's response over its socket. */
function answerOf(
  { caCertificate: ca }: Platform,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ host: "localhost", port: 443, path, ca, headers }, async (response) => resolve(await text(response))).on(
      "error",
      reject,
    );
  });
}

test("two platforms in one process share nothing", async () => {
  const [one, two] = await Promise.all([startPlatform(), startPlatform()]);
  const { appId } = one.directory.registerApplication({ displayName: "Only in one" });
  expect(() => two.directory.addPassword(appId)).toThrow("No application with client id");
  expect(one.tenant.administrator.password).not.toBe(two.tenant.administrator.password);
  await Promise.all([one.stop(), two.stop()]);
});

test("a client that connects by the name localhost gets a certificate without addresses, one that connects to an address gets them", async () => {
  const platform = await startPlatform();
  const port = Number(new URL(platform.url).port);
  const trust = { port, ca: platform.caCertificate };
  // Bun cannot check addresses against the authority's constraints.
  expect(await namesShown({ ...trust, host: "127.0.0.1", servername: "localhost" })).toBe("DNS:localhost");
  expect(await namesShown({ ...trust, host: "127.0.0.1" })).toContain("IP Address:127.0.0.1");
  await platform.stop();
});

/** The names in the certificate that a server presents, after it was verified. */
function namesShown(options: ConnectionOptions): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect(options, () => {
      resolve(socket.getPeerCertificate().subjectaltname);
      socket.destroy();
    });
    socket.on("error", reject);
  });
}
