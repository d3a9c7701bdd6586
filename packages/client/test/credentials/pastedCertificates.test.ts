import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ClientCertificateOptions, clientCertificate } from "@latchkey/client";
import { compactVerify } from "jose";
import { beforeAll, describe, expect, test } from "vitest";
import { assertionOf, credentialContext } from "../support/assertions.ts";
import { authErrorOf } from "../support/failure.ts";
import { type CertifiedKey, rsaCertificate } from "../support/keys.ts";

let rsa: CertifiedKey;
beforeAll(async () => {
  rsa = await rsaCertificate();
});

const withoutEnd = (pem: string): string => pem.slice(0, pem.indexOf("-----END"));

const damages: [string, (pem: string) => string][] = [
  ["blanks and line breaks around it", (pem) => `\n\n  ${pem}\r\n `],
  ["a byte order mark", (pem) => `\ufeff${pem}`],
  ["quotes around it", (pem) => `"${pem}"`],
  ["typographic quotes around it", (pem) => `“${pem}”`],
  ["line breaks as two characters", (pem) => pem.replaceAll("\n", "\\n")],
  ["line breaks of Windows as four characters", (pem) => pem.replaceAll("\n", "\\r\\n")],
  ["line breaks escaped twice", (pem) => pem.replaceAll("\n", "\\\\n")],
  ["quotes and line breaks as two characters", (pem) => `"${pem.replaceAll("\n", "\\n")}"`],
  ["no line breaks", (pem) => pem.replaceAll("\n", "")],
  ["blanks for line breaks", (pem) => pem.replaceAll("\n", " ")],
  ["a shell's continued lines", (pem) => pem.replaceAll("\n", "\\\n")],
  ["no-break blanks and invisible characters in it", (pem) => pem.replaceAll("\n", "\u00a0\n\u200b\u200e")],
  ["indented lines", (pem) => pem.replaceAll("\n", "\n    ")],
  ["every other byte a NUL, as UTF-16 read as UTF-8", (pem) => `\ufffd\ufffd${[...pem].join("\0")}`],
  ["dashes made longer by an editor", (pem) => pem.replaceAll("-----", "——-")],
  ["no END", withoutEnd],
  ["no END, and a line separator behind it", (pem) => `${withoutEnd(pem)}\u2028\``],
  ["half an END", (pem) => `${withoutEnd(pem)}-----END PRI`],
  ["no END, in quotes, with line breaks as two characters", (pem) => `"${withoutEnd(pem).replaceAll("\n", "\\n")}"`],
  ["base64 around the whole file", (pem) => btoa(pem)],
  ["base64 in lines around the whole file, in quotes", (pem) => `"${btoa(pem).replace(/.{76}/g, "$&\n")}\n"`],
  [
    "a file that begins with another block",
    (pem) => `-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n${pem}`,
  ],
];

describe("a key and a certificate in PEM", () => {
  test.each(damages)("are read with %s", async (_, damage) => {
    const given = { privateKey: damage(rsa.pem), certificate: damage(rsa.certificate) };
    for (const options of [given, async () => given]) {
      const { jwt, header } = await assertionOf(clientCertificate(options));
      await expect(compactVerify(jwt, rsa.publicKey)).resolves.toBeDefined();
      expect(header["x5t#S256"]).toBe(Buffer.from(rsa.sha256, "hex").toString("base64url"));
    }
  });

  test("are read in one text when neither has an END", async () => {
    const both = withoutEnd(rsa.pem) + withoutEnd(rsa.certificate);
    const { jwt } = await assertionOf(clientCertificate({ privateKey: both, certificate: both }));
    await expect(compactVerify(jwt, rsa.publicKey)).resolves.toBeDefined();
  });

  test.each<[string, (pem: string) => string]>([
    ["cut short", (pem) => pem.slice(0, 400)],
    ["cut short, END and all", (pem) => withoutEnd(pem).slice(0, -60)],
    ["broken by a letter outside base64", (pem) => pem.replace("\n", "\nä")],
  ])("are refused when %s, and none of their content is shown", async (_, damage) => {
    for (const options of [
      { privateKey: damage(rsa.pem), certificate: rsa.certificate },
      { privateKey: rsa.pem, certificate: damage(rsa.certificate) },
    ]) {
      const error = await authErrorOf(() => clientCertificate(options));
      expect(error).toMatchObject({ name: "ConfigurationError", code: "invalid_credential" });
      expect(JSON.stringify(error)).not.toContain(rsa.pem.slice(60, 90));
    }
  });

  test.each([undefined, null, "a text", 7])("are refused when their provider returns %j", async (given) => {
    const credential = clientCertificate(async () => given as unknown as ClientCertificateOptions);
    expect(await authErrorOf(() => credential(credentialContext()))).toMatchObject({ name: "ConfigurationError" });
  });
});

describe("a thumbprint", () => {
  test.each<[string, (digits: string) => string]>([
    ["as the dialog of Windows has it", (digits) => `\u200e${digits.toLowerCase().replace(/..(?=.)/g, "$& ")}`],
    ["with colons, as OpenSSL prints it", (digits) => digits.replace(/..(?=.)/g, "$&:")],
    ["with OpenSSL's name for it", (digits) => `sha1 Fingerprint=${digits.replace(/..(?=.)/g, "$&:")}\n`],
    ["with hyphens", (digits) => digits.replace(/..(?=.)/g, "$&-")],
    ["in typographic quotes", (digits) => `“${digits}”`],
    ["in braces, with a byte order mark", (digits) => `\ufeff{${digits}}`],
  ])("is read %s", async (_, spell) => {
    const { header } = await assertionOf(clientCertificate({ privateKey: rsa.pem, thumbprint: spell(rsa.sha1) }));
    expect(header["x5t"]).toBe(Buffer.from(rsa.sha1, "hex").toString("base64url"));
  });

  test("is refused if it is something else, and not shown: it may be the secret or the key", async () => {
    for (const thumbprint of ["s3cr3t-value", rsa.pem, rsa.sha1.slice(1), "null"]) {
      const error = await authErrorOf(() => clientCertificate({ privateKey: rsa.pem, thumbprint }));
      expect(error).toMatchObject({ code: "invalid_credential" });
      expect(error.message).toMatch(/^thumbprint has \d+ letters and digits: not 40 hexadecimal digits\.$/);
    }
  });
});

const program = "openssl";
const openssl = spawnSync(program, ["version"]).status === 0;
describe.skipIf(!openssl && process.env["CI"] === undefined)("a .pfx file (skipped without openssl)", () => {
  test("is refused in any encoding, with the working openssl command that converts it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "latchkey-"));
    try {
      const run = (words: readonly string[]): unknown => execFileSync(program, words, { cwd: folder, stdio: "pipe" });
      writeFileSync(join(folder, "key.pem"), rsa.pem);
      writeFileSync(join(folder, "cert.pem"), rsa.certificate);
      const names = ["-inkey", "key.pem", "-in", "cert.pem", "-out", "old.pfx", "-passout", "pass:x"];
      run(["pkcs12", "-export", ...names]);
      const file = readFileSync(join(folder, "old.pfx"));
      const spellings = [file.toString("utf8"), file.toString("latin1"), file.toString("base64"), new Uint8Array(file)];
      let remedy = "";
      for (const given of spellings as string[]) {
        for (const options of [{ privateKey: given }, { certificate: given, privateKey: rsa.pem }]) {
          const error = await authErrorOf(() => clientCertificate(options));
          expect(error.message).toMatch(/^(privateKey|certificate) is a PKCS#12 file/);
          ({ remedy } = error);
        }
      }
      const line = /openssl ([^;]+);/.exec(remedy)?.[1] ?? "";
      run([...line.split(" "), "-passin", "pass:x"]);
      const pem = readFileSync(join(folder, "new.pem"), "utf8");
      const { jwt } = await assertionOf(clientCertificate({ privateKey: pem, certificate: pem }));
      await expect(compactVerify(jwt, rsa.publicKey)).resolves.toBeDefined();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
