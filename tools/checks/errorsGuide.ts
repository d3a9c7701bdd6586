import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type AadstsMeaning, b2cMeanings, meanings } from "../../packages/client/src/aadsts.ts";
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
  const row = ([number, { code, remedy, interactive, retryable }]: readonly [string, AadstsMeaning]): string => {
    const kind = interactive ? " (interaction)" : retryable ? " (retryable)" : "";
    return `| ${number} | \`${code}\`${kind} | ${remedy.replaceAll("|", "\\|")} |`;
  };
  const b2cRows = Object.entries(b2cMeanings).flatMap(([number, meaning]) => {
    const own = typeof meaning === "number" ? meanings[meaning] : meaning;
    return own === undefined ? [] : [row([`AADB2C${number}`, own])];
  });
  const rows = [...Object.entries(meanings).map(row), ...b2cRows];
  return `${heading}

The numbers that have a meaning of their own, written from the client's table; words in braces are filled in from the request. Others
are read by their \`error\` and \`suberror\`, and the remedy then names the page that explains the number.

| number | code | remedy |
|---|---|---|
${rows.join("\n")}
`;
}
