import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { rewordText } from "../src/parameters/rewordFailure.ts";

const client = join(import.meta.dirname, "..", "..", "client", "src");

/** The library's texts in the folders and files whose errors `latchkey run` can show. */
async function sentences(): Promise<string[]> {
  const folders = await Promise.all(
    ["credentials", "authority"].map(async (folder) =>
      (await readdir(join(client, folder))).map((file) => join(folder, file)),
    ),
  );
  const files = ["errors/aadsts.ts", "clientContext.ts", "protectedApi/protectedApi.ts", ...folders.flat()];
  const texts = await Promise.all(files.map((file) => readFile(join(client, file), "utf8")));
  const sentence = /^ *(?:remedy: |throw \w+\(|[?:] )?(["`])([A-Za-z$].* .*\.)\1[,;)]*$/gm;
  return texts.flatMap((text) =>
    [...text.matchAll(sentence)].map(([, , words = ""]) => words.replace(/\$?\{[^}]*\}/g, "…")),
  );
}

test("mentions no option of the library to the author of a parameters file", async () => {
  const all = await sentences();
  expect(all.length).toBeGreaterThan(100);
  // The command never passes these, or says itself that they are for a program.
  const elsewhere =
    /azureRegion|x5c|\bsign\b|allowInsecureLoopback|the library's knownAuthorities|tenantId was given|Leave tenantId out|acquireTokenForClient|Set clientCredential to clientSecret/;
  const left = all
    .map((sentence) => rewordText(sentence))
    .filter((sentence) => !elsewhere.test(sentence) && /\b[a-z]+[A-Z]\w*\b/.test(sentence));
  expect(left).toEqual([]);
});
