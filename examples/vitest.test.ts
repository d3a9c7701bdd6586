// A local platform for a Vitest suite: started once, reset before each test.
import { ConfidentialClientApplication, clientSecret } from "@latchkey/client";
import { createFetch } from "@latchkey/client/node";
import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

let platform: Platform;
beforeAll(async () => {
  platform = await startPlatform({ seed: new URL("seed.yaml", import.meta.url) });
});
beforeEach(() => platform.reset());
afterAll(() => platform.stop());

/** The application under test: in production it is the same, without the last three lines. */
function daemon(): ConfidentialClientApplication {
  return new ConfidentialClientApplication({
    clientId: "7b1c9a52-0d3e-4f68-9a1b-2c3d4e5f6071",
    clientCredential: clientSecret("a-secret-for-tests-only-0123456789"),
    authority: `${platform.url}/${platform.tenant.id}`,
    knownAuthorities: [new URL(platform.url).host],
    fetch: createFetch({ certificateAuthorities: [platform.caCertificate] }),
    clock: platform.clock,
  });
}

const orders = { scopes: ["api://orders/.default"] };

test("the daemon gets a token, and the next one from its cache", async () => {
  const app = daemon();
  expect((await app.acquireTokenForClient(orders)).source).toBe("network");
  expect((await app.acquireTokenForClient(orders)).source).toBe("cache");
});

test("it requests a new token when the old one has expired", async () => {
  const app = daemon();
  const { expiresOn } = await app.acquireTokenForClient(orders);
  platform.clock.set(expiresOn);
  expect((await app.acquireTokenForClient(orders)).source).toBe("network");
});

test("it says what to do when the secret has expired", async () => {
  platform.clock.advance(3 * 365 * 86_400_000);
  await expect(daemon().acquireTokenForClient(orders)).rejects.toMatchObject({ aadsts: 7000222 });
});

test("it says how long to wait when the token service is busy", async () => {
  platform.faults.add({ endpoint: "token", status: 429, retryAfterSeconds: 60 });
  await expect(daemon().acquireTokenForClient(orders)).rejects.toMatchObject({ status: 429, retryAfterMs: 60_000 });
});

test("it reports a token without the role it needs", async () => {
  platform.once("beforeToken", ({ claims }) => {
    delete claims["roles"];
  });
  const { accessToken } = await daemon().acquireTokenForClient(orders);
  const claims = JSON.parse(Buffer.from(accessToken.split(".")[1] ?? "", "base64url").toString());
  expect(claims).not.toHaveProperty("roles");
});
