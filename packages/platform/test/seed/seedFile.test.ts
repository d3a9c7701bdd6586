import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSelfSignedCertificate, formatSeed, readSeedFile, SeedError } from "@latchkey/platform";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "latchkey-seed-file-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

describe("readSeedFile", () => {
  test("sets every secret's name and every certificate's text", async () => {
    const { certificate } = createSelfSignedCertificate({ commonName: "daemon", days: 1 });
    write("daemon.pem", certificate);
    const text =
      "applications: [{ name: a, secrets: [{}, { displayName: b }, {}], certificates: [{ file: daemon.pem }] }]";
    const { seed } = await readSeedFile(write("seed.yaml", text));
    const [application] = seed.applications ?? [];
    expect(application?.secrets?.map(({ displayName }) => displayName)).toEqual(["seed", "b", "seed 3"]);
    expect(application?.certificates?.[0]?.pem).toBe(certificate.trim());
  });

  test("adds the place to an error of the caller", async () => {
    const { at } = await readSeedFile(
      write("seed.yaml", "applications:\n  - name: a\n    permissions:\n      - api: b\n"),
    );
    const step = () =>
      at(["applications", 0, "permissions", 0], () => {
        throw new Error("there is no b");
      });
    expect(step).toThrow(SeedError);
    expect(step).toThrow(/seed\.yaml:4: applications\[0\]\.permissions\[0\]: there is no b/);
  });

  test("rejects an invalid seed and a missing certificate file", async () => {
    await expect(readSeedFile(write("seed.yaml", "application: []"))).rejects.toThrow(/application is unknown/);
    const missing = write("seed.yaml", "applications: [{ name: a, certificates: [{ file: none.pem }] }]");
    await expect(readSeedFile(missing)).rejects.toThrow(/certificates\[0\]: ENOENT/);
  });
});

test("formatSeed writes what readSeedFile reads, without unset fields", async () => {
  const text = await formatSeed({ applications: [{ name: "yes: no", displayName: undefined, secrets: [{}] }] });
  expect(text).not.toContain("displayName");
  const { seed } = await readSeedFile(write("formatted.yaml", text));
  expect(seed.applications).toMatchObject([{ name: "yes: no", secrets: [{ displayName: "seed" }] }]);
});
