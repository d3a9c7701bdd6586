import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { meaningOf, rows as meanings } from "../../packages/client/src/aadsts.ts";
import type { Check } from "../checkContract.ts";

const heading = "## AADSTS numbers";

/** The last section of `docs/guides/errors.md` says what the client's table of codes says. */
export const errorsGuide: Check = {
  name: "errorsGuide",
  run: async ({ root, update }) => {
    const page = join(root, "docs", "guides", "errors.md");
    const kept = await readFile(page, "utf8");
    const byHand = kept.split(`\n${heading}\n`, 1)[0] ?? "";
    const made = `${byHand}\n${section()}`;
    if (update) await writeFile(page, made);
    return {
      ok: update || kept === made,
      output:
        "docs/guides/errors.md is not what packages/client/src/aadsts.ts says: run `npm run check -- --update errorsGuide`.",
    };
  },
};

function section(): string {
  const isB2c = (key: string): number => Number(key.startsWith("AADB2C"));
  const numberOf = (key: string): number => Number(key.replace("AADB2C", ""));
  const rows = meanings
    .flatMap(([keys]) => keys.split(" "))
    .filter((key) => Number.isInteger(numberOf(key)))
    .toSorted((a, b) => isB2c(a) - isB2c(b) || numberOf(a) - numberOf(b))
    .map((key) => {
      const { code, remedy = "", interactive, retryable } = meaningOf(key) ?? {};
      const kind = interactive ? " (interaction)" : retryable ? " (retryable)" : "";
      return `| ${key} | \`${code}\`${kind} | ${remedy.replaceAll("|", "\\|")} |`;
    });
  return `${heading}

The numbers that have a meaning of their own, written from the client's table; words in braces are filled in from the request. Others
are read by their \`error\` and \`suberror\`, and the remedy then names the page that explains the number.

| number | code | remedy |
|---|---|---|
${rows.join("\n")}
`;
}
