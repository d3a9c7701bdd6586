import { createHash, generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Platform, startPlatform } from "@latchkey/platform";
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { getJson, postForm, registerDaemon, tokenForm, tokenPath } from "../support/daemon.ts";

let directory: string;
const started: Platform[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "latchkey-keys-"));
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((platform) => platform.stop()));
  rmSync(directory, { recursive: true });
});

async function start(options: Parameters<typeof startPlatform>[0] = {}): Promise<Platform> {
  const platform = await startPlatform(options);
  started.push(platform);
  return platform;
}

// biome-ignore lint/suspicious/noExplicitAny: a key set of the wire
async function published(platform: Platform, path = `/${platform.tenant.id}/discovery/v2.0/keys`): Promise<any[]> {
  return (await getJson(platform, path)).body.keys;
}

async function newToken(platform: Platform): Promise<string> {
  const { body } = await postForm(platform, tokenPath(platform), tokenForm(registerDaemon(platform)));
  return body.access_token;
}

test("a key is published with its certificate and the certificate's SHA-1 as its name, without alg", async () => {
  const platform = await start();
  const [key] = await published(platform);
  expect(Object.keys(key)).toEqual(["kty", "use", "kid", "x5t", "n", "e", "x5c", "issuer"]);
  expect(key).toMatchObject({
    kty: "RSA",
    use: "sig",
    e: "AQAB",
    issuer: `${platform.url}/${platform.tenant.id}/v2.0`,
  });
  expect(key.x5t).toBe(key.kid);
  expect(createHash("sha1").update(Buffer.from(key.x5c[0], "base64")).digest("base64url")).toBe(key.kid);
});

test("on common the issuer has a placeholder", async () => {
  const platform = await start();
  const [key] = await published(platform, "/common/discovery/v2.0/keys");
  expect(key.issuer).toBe(`${platform.url}/{tenantid}/v2.0`);
});

test("the v1 address publishes the same keys", async () => {
  const platform = await start();
  const [first] = await published(platform, "/common/discovery/keys");
  expect(first.kid).toBe((await published(platform))[0].kid);
});

describe("after a rollover", () => {
  test("new tokens are signed with a new key, and old ones still verify", async () => {
    const platform = await start();
    const before = await newToken(platform);
    await platform.keys.rollover();
    const after = await newToken(platform);
    const keys = await published(platform);
    expect(keys).toHaveLength(2);
    expect(decodeProtectedHeader(after).kid).toBe(keys[0].kid);
    expect(decodeProtectedHeader(before).kid).toBe(keys[1].kid);
    for (const token of [before, after]) {
      await expect(jwtVerify(token, createLocalJWKSet({ keys }))).resolves.toBeDefined();
    }
  });

  test("both keys exist at the next start", async () => {
    const first = await start({ dataDirectory: directory });
    await first.keys.rollover();
    const kids = (await published(first)).map((key) => key.kid);
    await first.stop();
    const second = await start({ dataDirectory: directory });
    expect((await published(second)).map((key) => key.kid)).toEqual(kids);
  });
});

describe("in a data directory", () => {
  test("only its owner can read the key", async () => {
    const first = await start({ dataDirectory: directory });
    const [key] = await published(first);
    await first.stop();
    expect(statSync(join(directory, "signing-keys.pem")).mode & 0o777).toBe(0o600);
    const second = await start({ dataDirectory: directory });
    expect((await published(second))[0]).toMatchObject({ kid: key.kid });
  });

  test("a damaged key file fails the start with an error that names it", async () => {
    writeFileSync(join(directory, "signing-keys.pem"), "nothing");
    await expect(start({ dataDirectory: directory })).rejects.toThrow("signing-keys.pem");
  });
});

describe("given keys", () => {
  const pem = (): string =>
    generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "pem", type: "pkcs8" }).toString();

  test("sign, have the same kid in every run, and are not written anywhere", async () => {
    const keys = [{ privateKey: pem() }];
    const first = await start({ keys, dataDirectory: directory });
    const second = await start({ keys });
    expect((await published(first))[0].kid).toBe((await published(second))[0].kid);
    expect(() => readFileSync(join(directory, "signing-keys.pem"))).toThrow("ENOENT");
  });

  test("must be RSA", async () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const keys = [{ privateKey: privateKey.export({ format: "pem", type: "pkcs8" }).toString() }];
    await expect(start({ keys })).rejects.toThrow("must be RSA");
  });
});
