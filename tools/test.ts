import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { root } from "./setUp.js";
import { partLines, partsOfTests, summaryLine, writeParts } from "./summary.ts";
import { run } from "./support/childProcess.js";
import { inCi } from "./support/inCi.ts";
import { setUpTestClients } from "./support/testClients.ts";

const report = join(root, "reports", "test.json");
const words = process.argv.slice(2);
const all = words.includes("--all") || inCi();
// The reports of an earlier run must not be taken for this one's.
for (const name of ["test.json", "tests.json"]) {
  rmSync(join(root, "reports", name), { force: true });
}

const clients = await setUpTestClients(all);
const seconds = (Date.now() - Number(process.env["LATCHKEY_SET_UP_SINCE"])) / 1000;
const vitest = ["node_modules/vitest/vitest.mjs", "run", ...words.filter((word) => word !== "--all")];
const { code } = await run(process.execPath, vitest, { cwd: root });

const tests = partsOfTests(existsSync(report) ? JSON.parse(readFileSync(report, "utf8")) : undefined);
const parts = [{ name: "set-up", passed: 0, failed: 0, skipped: 0, seconds }, ...tests];
writeParts("tests", parts);
const others = `Left out: the tests with ${clients.join(", ")}. \`npm test -- --all\` runs them too, as CI does.\n`;
process.stdout.write(`${partLines(parts)}\n${all ? "" : others}${summaryLine(parts)}\n`);
process.exitCode = code;
