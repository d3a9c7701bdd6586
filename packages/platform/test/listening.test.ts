import { get } from "node:https";
import { createServer, type Server } from "node:net";
import { type ConnectionOptions, connect } from "node:tls";
import { startPlatform } from "@latchkey/platform";
import { afterEach, expect, test } from "vitest";

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

test("an asked-for port that is taken is an error that names it and the remedy", async () => {
  const port = await takePort("127.0.0.1");
  await expect(startPlatform({ port })).rejects.toMatchObject({
    message: `Port ${port} is taken by another program.`,
    remedy: expect.stringContaining("Stop that program, ask for another port"),
  });
});

test("a port that is taken on ::1 only is taken", async () => {
  const port = await takePort("::1");
  await expect(startPlatform({ port })).rejects.toThrow(`Port ${port} is taken`);
});

test("with a first port it falls to the first free one above", async () => {
  const firstPort = await takePort("127.0.0.1");
  const platform = await startPlatform({ firstPort });
  await platform.stop();
  const port = Number(new URL(platform.url).port);
  expect(port).toBeGreaterThan(firstPort);
  expect(port).toBeLessThan(firstPort + 100);
});

test("a port that is no port is refused before anything is opened", async () => {
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

test("answers are dated by the platform's own clock, wherever it was moved", async () => {
  const platform = await startPlatform();
  const { caCertificate: ca } = platform;
  const dated = () =>
    new Promise<number>((resolve, reject) => {
      get(`${platform.url}/common/discovery/keys`, { ca }, (answer) => {
        answer.resume();
        resolve(Date.parse(answer.headers.date ?? ""));
      }).on("error", reject);
    });
  for (const moveMs of [0, 50 * 3_600_000, -100 * 3_600_000]) {
    platform.clock.advance(moveMs);
    const beforeMs = platform.clock.now();
    const dateMs = await dated();
    // It has no fractions of a second.
    expect(dateMs).toBeGreaterThan(beforeMs - 1_000);
    expect(dateMs).toBeLessThanOrEqual(platform.clock.now());
  }
  await platform.stop();
});

test("two platforms in one process share nothing", async () => {
  const [one, two] = await Promise.all([startPlatform(), startPlatform()]);
  const { appId } = one.directory.registerApplication({ displayName: "Only in one" });
  expect(() => two.directory.addPassword(appId)).toThrow("No application with client id");
  expect(one.tenant.administrator.password).not.toBe(two.tenant.administrator.password);
  await Promise.all([one.stop(), two.stop()]);
});

test("whoever asks for localhost by name is shown no addresses, and whoever connects to an address is", async () => {
  const platform = await startPlatform();
  const port = Number(new URL(platform.url).port);
  const trust = { port, ca: platform.caCertificate };
  // Bun cannot check addresses against the authority's constraints.
  expect(await namesShown({ ...trust, host: "127.0.0.1", servername: "localhost" })).toBe("DNS:localhost");
  expect(await namesShown({ ...trust, host: "127.0.0.1" })).toContain("IP Address:127.0.0.1");
  await platform.stop();
});

/** The names in the certificate that a server shows, once it is believed. */
function namesShown(options: ConnectionOptions): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect(options, () => {
      resolve(socket.getPeerCertificate().subjectaltname);
      socket.destroy();
    });
    socket.on("error", reject);
  });
}
