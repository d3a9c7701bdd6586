import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { connect, createServer, type TLSSocket } from "node:tls";
import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { authorityOptions } from "../../src/interception/interceptionCertificate.ts";
import { createAuthority, issueServerCertificate } from "../../src/tls/authority.ts";
import type { HostName } from "../../src/tls/issueCertificate.ts";
import { connectThrough } from "../support/throughProxy.ts";

const now = Date.now();

/** OpenSSL's verdict on a certificate for the given name, from an authority with the platform's constraints. */
async function verdictOn(name: HostName, servername: string): Promise<string> {
  const options = authorityOptions(now);
  const authority = createAuthority(options);
  const leaf = issueServerCertificate({ authority, authorityName: options.commonName, names: [name], nowMs: now });
  const server = createServer({ cert: leaf.certificate, key: leaf.privateKey });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const ca = authority.certificate.toString();
  const socket = connect({ host: "127.0.0.1", port, ca, servername, checkServerIdentity: () => undefined });
  const outcome = await once(socket, "secureConnect").then(
    () => "accepted",
    (error: Error) => error.message,
  );
  socket.destroy();
  server.close();
  return outcome;
}

describe("the authority of a run", () => {
  test("is trusted for the intercepted names", async () => {
    expect(await verdictOn({ dns: "login.microsoftonline.com" }, "login.microsoftonline.com")).toBe("accepted");
    expect(await verdictOn({ dns: "management.azure.com" }, "management.azure.com")).toBe("accepted");
  });

  test.each(["example.com", "microsoftonline.com", "azure.com", "localhost", "login.microsoftonline.us"])(
    "is not trusted for %s",
    async (dns) => {
      expect(await verdictOn({ dns }, dns)).toBe("permitted subtree violation");
    },
  );

  test("is trusted for no IP address", async () => {
    expect(await verdictOn({ ip: Uint8Array.of(127, 0, 0, 1) }, "a.example")).toBe("excluded subtree violation");
    expect(await verdictOn({ ip: new Uint8Array(16).fill(1) }, "a.example")).toBe("excluded subtree violation");
  });
});

describe("a platform in interception mode", () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await startPlatform({ mode: "interception" });
  });
  afterAll(() => platform.stop());

  async function shown(servername: string): Promise<X509Certificate> {
    const { socket } = await connectThrough(platform, "login.microsoftonline.com:443");
    const secured: TLSSocket = connect({ socket, servername, ca: platform.caCertificate });
    await once(secured, "secureConnect");
    const certificate = secured.getPeerX509Certificate();
    secured.destroy();
    return certificate ?? expect.unreachable();
  }

  test("uses one certificate for all of Microsoft's names, and another for its own host", async () => {
    expect((await shown("graph.microsoft.com")).subjectAltName).toBe(
      "DNS:login.microsoftonline.com, DNS:login.windows.net, DNS:login.microsoft.com, DNS:sts.windows.net, " +
        "DNS:graph.microsoft.com, DNS:management.azure.com, DNS:main.iam.ad.ext.azure.com",
    );
    expect((await shown("localhost")).subjectAltName).toBe("DNS:localhost");
  });

  test("has a new authority in each run", async () => {
    const other = await startPlatform({ mode: "interception" });
    await other.stop();
    const authorities = [platform, other].map(({ caCertificate }) => caCertificate.split(/(?=-----BEGIN)/));
    expect(authorities[0]).toHaveLength(2);
    expect(new X509Certificate(authorities[0]?.[1] ?? "").subject).toBe("CN=Latchkey interception CA for one run");
    expect(authorities[0]?.[1]).not.toBe(authorities[1]?.[1]);
  });
});
