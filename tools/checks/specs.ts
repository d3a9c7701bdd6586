import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Check } from "../checkContract.ts";
import { findCitations, renderSpecifications } from "../specifications.ts";

/** `docs/specs.md` says what the sources' `@see` tags say. */
export const specs: Check = {
  name: "specs",
  run: async ({ root, update }) => {
    const page = join(root, "docs", "specs.md");
    const made = renderSpecifications(findCitations(root));
    if (update) await writeFile(page, made);
    const kept = await readFile(page, "utf8").catch(() => "");
    return {
      ok: kept === made,
      output: "docs/specs.md is not what the sources' @see tags say: run `npm run check -- --update specs`.",
    };
  },
};
