import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../setUp.js";

/** Ends a check: with a remark when there is no problem. */
export function conclude(problems: readonly string[], remark = ""): void {
  process.exitCode = problems.length === 0 ? 0 : 1;
  process.stdout.write(problems.length === 0 ? `${remark}\n` : `${problems.join("\n\n")}\n`);
}

/** Ends a check of a page that is made from the sources; `npm run check -- --update` writes it. */
export function concludePage(page: string, make: (kept: string) => string): void {
  const file = join(root, page);
  const kept = readFileSync(file, "utf8");
  const made = make(kept);
  if (process.env["UPDATE_REPORTS"] !== undefined) {
    writeFileSync(file, made);
  } else if (kept !== made) {
    conclude([`${page} is not what the sources say: run \`npm run check -- --update\`.`]);
  }
}
