import { meaningOf, rows } from "../../packages/client/src/errors/aadsts.ts";
import { concludePage } from "../support/report.ts";

const numberOf = (key: string): number => Number(key.replace("AADB2C", ""));
const isB2c = (key: string): number => Number(key.startsWith("AADB2C"));
const table = rows
  .flatMap(([keys]) => keys.split(" "))
  .filter((key) => Number.isInteger(numberOf(key)))
  .toSorted((a, b) => isB2c(a) - isB2c(b) || numberOf(a) - numberOf(b))
  .map((key) => {
    const { code, remedy = "", interactive, retryable } = meaningOf(key) ?? {};
    const kind = interactive ? " (interaction)" : retryable ? " (retryable)" : "";
    return `| ${key} | \`${code}\`${kind} | ${remedy.replaceAll("|", "\\|")} |\n`;
  });

// The last section of the guide is the client's table of codes.
concludePage("docs/guides/errors.md", (page) =>
  page.replace(/(\n## AADSTS numbers\n[^|]*\|.*\n\|-.*\n)[\s\S]*$/, (_, head) => head + table.join("")),
);
