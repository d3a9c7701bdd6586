import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../setUp.js";

/** Ends a check with its problems, or with a remark if there are none. */
export function conclude(problems: readonly string[], remark = ""): void {
  process.exitCode = problems.length === 0 ? 0 : 1;
  process.stdout.write(problems.length === 0 ? `${remark}\n` : `${problems.join("\n\n")}\n`);
}

/** Ends a check of a page that is made from the sources; `npm run check -- --update` writes the page. */
export function concludePage(page: string, make: (current: string) => string): void {
  const file = join(root, page);
  const current = readFileSync(file, "utf8");
  const made = make(current);
  if (process.env["UPDATE_REPORTS"] !== undefined) {
    writeFileSync(file, made);
  } else if (current !== made) {
    conclude([`${page} differs from what the sources say: run \`npm run check -- --update\`.`]);
  }
}
