import { execFileSync, spawnSync } from "node:child_process";
import { createPrivateKey, type KeyObject } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { clientCertificate } from "@latchkey/client";
import { compactVerify } from "jose";
import { beforeAll, describe, expect, test } from "vitest";
import { assertionOf } from "../support/assertions.ts";
import { authErrorOf } from "../support/failure.ts";
import {
  type CertifiedKey,
  certify,
  ecCertificate,
  ecKeyPair,
  importPrivate,
  rsaCertificate,
  rsaKeyPair,
} from "../support/keys.ts";

let rsa: CertifiedKey;
let ec: CertifiedKey;
beforeAll(async () => {
  [rsa, ec] = await Promise.all([rsaCertificate(), ecCertificate()]);
});

const pem = (key: KeyObject, type: "pkcs1" | "pkcs8" | "sec1", passphrase?: string, cipher = "aes-256-cbc"): string =>
  key.export({ type, format: "pem", ...(passphrase === undefined ? {} : { cipher, passphrase }) }).toString();

describe("a private key", () => {
  test.each<[string, () => string, string?]>([
    ["PKCS#8", () => pem(rsa.privateKey, "pkcs8")],
    ["PKCS#1", () => pem(rsa.privateKey, "pkcs1")],
    ["PKCS#8 encrypted with AES-256", () => pem(rsa.privateKey, "pkcs8", "open sesame ä"), "open sesame ä"],
    ["PKCS#8 encrypted with AES-128", () => pem(rsa.privateKey, "pkcs8", "x", "aes-128-cbc"), "x"],
    [
      "a file with Windows line ends and words around the block",
      () => `Bag Attributes\r\n  friendlyName: x\r\n${pem(rsa.privateKey, "pkcs8").replaceAll("\n", "\r\n")}trailer`,
    ],
    ["key and certificate in one file", () => rsa.certificate + pem(rsa.privateKey, "pkcs8")],
  ])("may be RSA as %s", async (_, privateKey, passphrase) => {
    const credential = clientCertificate({ privateKey: privateKey(), passphrase, certificate: rsa.certificate });
    const { jwt } = await assertionOf(credential);
    await expect(compactVerify(jwt, rsa.publicKey, { algorithms: ["PS256"] })).resolves.toBeDefined();
  });

  test.each<[string, () => string, string?]>([
    ["PKCS#8", () => pem(ec.privateKey, "pkcs8")],
    ["SEC 1", () => pem(ec.privateKey, "sec1")],
    ["encrypted PKCS#8", () => pem(ec.privateKey, "pkcs8", "x"), "x"],
  ])("may be EC as %s, without a certificate, for a generic issuer", async (_, privateKey, passphrase) => {
    const { jwt } = await assertionOf(clientCertificate({ privateKey: privateKey(), passphrase }), "generic");
    await expect(compactVerify(jwt, ec.publicKey, { algorithms: ["ES256"] })).resolves.toBeDefined();
  });

  test("may be Node's KeyObject", async () => {
    const { jwt } = await assertionOf(clientCertificate({ privateKey: rsa.privateKey, certificate: rsa.certificate }));
    await expect(compactVerify(jwt, rsa.publicKey)).resolves.toBeDefined();
  });

  test.each([
    ["RSA-PSS", "PS256"],
    ["RSASSA-PKCS1-v1_5", "RS256"],
  ])("may be a CryptoKey for %s, which implies %s", async (name, algorithm) => {
    const key = await importPrivate(rsa.privateKey, { name, hash: "SHA-256" }, ["sign"]);
    const { jwt, header } = await assertionOf(clientCertificate({ privateKey: key, certificate: rsa.certificate }));
    expect(header).toMatchObject({ alg: algorithm });
    await expect(compactVerify(jwt, rsa.publicKey, { algorithms: [algorithm] })).resolves.toBeDefined();
  });

  test("is decrypted and imported once, however often it signs", async () => {
    const credential = clientCertificate({ privateKey: pem(rsa.privateKey, "pkcs8", "x"), passphrase: "x" });
    const calls = { importKey: 0, deriveKey: 0 };
    const { importKey, deriveKey } = crypto.subtle;
    const counting = (name: keyof typeof calls, original: (...args: never[]) => unknown) =>
      function (this: SubtleCrypto, ...args: never[]): unknown {
        calls[name]++;
        return original.apply(this, args);
      };
    Object.assign(crypto.subtle, {
      importKey: counting("importKey", importKey),
      deriveKey: counting("deriveKey", deriveKey),
    });
    try {
      for (let round = 0; round < 3; round++) {
        await assertionOf(credential, "generic");
      }
    } finally {
      Object.assign(crypto.subtle, { importKey, deriveKey });
    }
    expect(calls).toEqual({ importKey: 2, deriveKey: 1 });
  });

  test("is refused as a public key object", async () => {
    const error = await authErrorOf(() => clientCertificate({ privateKey: rsa.publicKey, thumbprint: rsa.sha1 }));
    expect(error).toMatchObject({ code: "invalid_credential" });
  });

  const body = "-----BEGIN PRIVATE KEY-----";
  test.each<[string, () => unknown, RegExp]>([
    ["empty", () => "", /no PEM block/],
    ["a file name", () => "/etc/daemon/server.key", /no PEM block/],
    ["a certificate", () => rsa.certificate, /CERTIFICATE, not a private key/],
    ["a public key", () => rsa.publicKey.export({ type: "spki", format: "pem" }), /PUBLIC KEY, not a private key/],
    ["cut in its text", () => rsa.pem.slice(0, 400), /cannot be read/],
    ["cut in its bytes", () => rsa.pem.replace(/\n.{64}\n.{64}\n/, "\n"), /cannot be read/],
    [
      "changed in its numbers",
      () => rsa.pem.replace(/(\n.{64}){3}\n/, `\n${"A".repeat(64)}\n${"A".repeat(64)}\n${"A".repeat(64)}\n`),
      /cannot be read|do not belong/,
    ],
    ["not base64", () => `${body}\n***\n-----END PRIVATE KEY-----`, /not base64/],
    ["base64 of something else", () => `${body}\n${btoa("hello world")}\n-----END PRIVATE KEY-----`, /cannot be read/],
    ["an empty block", () => `${body}\n-----END PRIVATE KEY-----`, /cannot be read/],
    ["DSA by its label", () => rsa.pem.replaceAll("PRIVATE KEY", "DSA PRIVATE KEY"), /DSA PRIVATE KEY/],
    ["on another curve as PKCS#8", () => pem(ecKeyPair("P-384").privateKey, "pkcs8"), /RSA or EC P-256/],
    ["on another curve as SEC 1", () => pem(ecKeyPair("P-384").privateKey, "sec1"), /RSA or EC P-256/],
    ["bytes", () => Buffer.from(rsa.pem), /privateKey is not a string/],
    ["null", () => null, /neither a string nor a key object/],
    ["missing", () => undefined, /Neither privateKey nor sign/],
  ])("is refused at once when it is %s", async (_, privateKey, message) => {
    const options = { privateKey: privateKey() as string, certificate: rsa.certificate };
    const error = await authErrorOf(() => clientCertificate(options));
    expect(error).toMatchObject({ name: "ConfigurationError" });
    expect(error.message).toMatch(message);
    expect(error.remedy).not.toBe("");
  });

  test("is refused together with a sign callback", async () => {
    const sign = async (): Promise<Uint8Array> => new Uint8Array(1);
    const error = await authErrorOf(() => clientCertificate({ privateKey: rsa.pem, sign, thumbprint: rsa.sha1 }));
    expect(error).toMatchObject({ code: "invalid_credential", message: "Both privateKey and sign are set." });
  });

  test("is refused when its numbers do not form a key, with the cause", async () => {
    const der = Buffer.from(rsa.privateKey.export({ type: "pkcs8", format: "der" }));
    der.fill(0x55, der.length - 600);
    const text = `${body}\n${der.toString("base64")}\n-----END PRIVATE KEY-----`;
    const error = await authErrorOf(async () =>
      assertionOf(clientCertificate({ privateKey: text, certificate: rsa.certificate })),
    );
    expect(error).toMatchObject({ code: "invalid_credential", cause: expect.anything() });
  });
});

/** Node's message for a key that it cannot read. */
function openingCode(key: string, passphrase: string): unknown {
  try {
    createPrivateKey({ key, passphrase });
  } catch (error) {
    return Object(error).code;
  }
  return undefined;
}

describe("an encrypted private key", () => {
  test("is refused at once without a passphrase", async () => {
    const error = await authErrorOf(() => clientCertificate({ privateKey: pem(rsa.privateKey, "pkcs8", "x") }));
    expect(error).toMatchObject({ code: "invalid_credential", remedy: "Pass the key's passphrase." });
  });

  test("is refused before the request when the passphrase is wrong, which is not shown", async () => {
    const privateKey = pem(rsa.privateKey, "pkcs8", "right");
    const credential = clientCertificate({ privateKey, passphrase: "wrong-canary", certificate: rsa.certificate });
    const error = await authErrorOf(assertionOf(credential));
    expect(error).toMatchObject({ code: "invalid_credential", remedy: "Check the passphrase." });
    expect(JSON.stringify(error)).not.toContain("canary");
  });

  test("is refused in the same words when the wrong passphrase happens to yield valid padding", async () => {
    const privateKey = pem(rsa.privateKey, "pkcs8", "right");
    // One in 256 does.
    let passphrase = "";
    for (let tried = 0; passphrase === ""; tried++) {
      const code = openingCode(privateKey, `wrong ${tried}`);
      passphrase = code === "ERR_OSSL_BAD_DECRYPT" ? "" : `wrong ${tried}`;
    }
    const error = await authErrorOf(
      assertionOf(clientCertificate({ privateKey, passphrase, certificate: rsa.certificate })),
    );
    expect(error).toMatchObject({ code: "invalid_credential", remedy: "Check the passphrase." });
  });

  test("is refused when it does not belong to the certificate", async () => {
    const other = pem(rsaKeyPair().privateKey, "pkcs8", "x");
    const credential = clientCertificate({ privateKey: other, passphrase: "x", certificate: rsa.certificate });
    expect(await authErrorOf(assertionOf(credential))).toMatchObject({ code: "certificate_key_mismatch" });
  });

  test("finds its own certificate in a chain in any order", async () => {
    const issuer = await rsaCertificate({ name: "issuer" });
    const { header } = await assertionOf(
      clientCertificate({
        privateKey: pem(rsa.privateKey, "pkcs8", "x"),
        passphrase: "x",
        certificate: issuer.certificate + rsa.certificate,
      }),
    );
    expect(header["x5t#S256"]).toBe(Buffer.from(rsa.sha256, "hex").toString("base64url"));
  });

  test("is refused in OpenSSL's legacy form, with the command that converts it", async () => {
    const legacy = pem(rsa.privateKey, "pkcs1", "x");
    expect(legacy).toContain("Proc-Type: 4,ENCRYPTED");
    const error = await authErrorOf(() => clientCertificate({ privateKey: legacy, passphrase: "x" }));
    expect(error).toMatchObject({ code: "invalid_credential" });
    expect(error.remedy).toContain("openssl pkcs8 -topk8 -v2 aes-256-cbc -in old.key -out new.key");
  });

  test("is refused under another scheme, with the command that converts it", async () => {
    const text = pem(rsa.privateKey, "pkcs8", "x", "des-ede3-cbc");
    const error = await authErrorOf(assertionOf(clientCertificate({ privateKey: text, passphrase: "x" }), "generic"));
    expect(error).toMatchObject({ code: "invalid_credential" });
    expect(error.remedy).toContain("openssl pkcs8 -topk8");
  });
});

describe("a CryptoKey", () => {
  test("is refused when it must not sign", async () => {
    const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
    const error = await authErrorOf(() => clientCertificate({ privateKey: pair.publicKey }));
    expect(error).toMatchObject({ code: "invalid_credential" });
  });

  test("is refused for an algorithm that no assertion has", async () => {
    const key = await importPrivate(rsa.privateKey, { name: "RSA-PSS", hash: "SHA-512" }, ["sign"]);
    const error = await authErrorOf(() => clientCertificate({ privateKey: key, certificate: rsa.certificate }));
    expect(error.message).toContain("RSA-PSS");
  });

  test("is refused when its type is not the certificate's", async () => {
    const key = await importPrivate(ec.privateKey, { name: "ECDSA", namedCurve: "P-256" }, ["sign"]);
    const error = await authErrorOf(() => clientCertificate({ privateKey: key, certificate: rsa.certificate }));
    expect(error).toMatchObject({ code: "certificate_key_mismatch" });
  });

  test.each<[string, { thumbprint?: string; certificate?: string }, "entra" | "adfs", string, string]>([
    ["RSA-PSS under a SHA-1 thumbprint", { thumbprint: "a".repeat(40) }, "entra", "RSA-PSS", "RS256"],
    ["RSA-PSS for AD FS", { thumbprint: "a".repeat(40) }, "adfs", "RSA-PSS", "RS256"],
  ])("is refused when it contradicts what is needed: %s", async (_, options, kind, name, wanted) => {
    const key = await importPrivate(rsa.privateKey, { name, hash: "SHA-256" }, ["sign"]);
    const error = await authErrorOf(assertionOf(clientCertificate({ privateKey: key, ...options }), kind));
    expect(error).toMatchObject({ name: "ConfigurationError", code: "invalid_credential" });
    expect(error.remedy).toContain(wanted);
  });

  test("is found not to belong to the certificate by its first signature", async () => {
    const key = await importPrivate(rsaKeyPair().privateKey, { name: "RSA-PSS", hash: "SHA-256" }, ["sign"]);
    const credential = clientCertificate({ privateKey: key, certificate: rsa.certificate });
    expect(await authErrorOf(assertionOf(credential))).toMatchObject({ code: "certificate_key_mismatch" });
  });
});

const program = "openssl";
const openssl = spawnSync(program, ["version"]).status === 0;
describe.skipIf(!openssl && process.env["CI"] === undefined)("files made by openssl (skipped without openssl)", () => {
  test("are accepted as the documentation creates them", async () => {
    const folder = mkdtempSync(join(tmpdir(), "latchkey-"));
    try {
      const run = (...words: string[]): unknown => execFileSync(program, words, { cwd: folder, stdio: "pipe" });
      run("genrsa", "-out", "server.pem", "2048");
      run("req", "-new", "-key", "server.pem", "-out", "server.csr", "-subj", "/CN=daemon");
      run("x509", "-req", "-days", "365", "-in", "server.csr", "-signkey", "server.pem", "-out", "server.crt");
      const read = (name: string): string => readFileSync(join(folder, name), "utf8");
      const credential = clientCertificate({ privateKey: read("server.pem"), certificate: read("server.crt") });
      const { header } = await assertionOf(credential, "entra", { now: () => Date.now() });
      expect(header).toMatchObject({ alg: "PS256" });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("a certificate that does not belong to the key", () => {
  test.each<[string, () => Promise<[CertifiedKey, CertifiedKey]>]>([
    ["RSA and RSA", async () => [await rsaCertificate(), rsa]],
    ["EC and EC", async () => [await certify(ecKeyPair()), ec]],
    ["RSA and EC", async () => [rsa, ec]],
  ])("is refused at once: %s", async (_, make) => {
    const [key, certificate] = await make();
    const error = await authErrorOf(() =>
      clientCertificate({ privateKey: key.pem, certificate: certificate.certificate }),
    );
    expect(error).toMatchObject({ name: "ConfigurationError", code: "certificate_key_mismatch" });
  });
});
