import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { root } from "./setUp.js";
import { type Part, summaryLine, writeParts } from "./summary.ts";
import { npm } from "./support/childProcess.js";

// The checks are the `check:<name>` scripts in package.json. Each prints its problems and fails, or ends with a remark.
const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: Record<string, string> };
const names = Object.keys(scripts).flatMap((name) => /^check:(.*)/.exec(name)?.[1] ?? []);
/** The build, and the checks that read only sources and so need not wait for it. */
const first = ["build", "lockFile", "specs", "errorsGuide", "boundaries", "lint"];
/** These run alone: importCost measures time, and runtimes installs what publishing needs too. */
const alone = ["runtimes", "importCost"];

const update = process.argv.includes("--update");
const selected = process.argv.slice(2).filter((word) => word !== "--update");
const unknown = selected.filter((word) => !names.includes(word));
// The report of an earlier run must not be taken for this one's.
rmSync(join(root, "reports", "check.json"), { force: true });
if (unknown.length > 0) {
  process.stderr.write(`There is no ${unknown.join(", ")}. Usage: npm run check -- [--update] [${names.join(" ")}]\n`);
  process.exitCode = 2;
} else {
  await check(selected.length === 0 ? names : selected);
}

async function check(requested: readonly string[]): Promise<void> {
  const needed = requested.every((name) => first.includes(name)) ? requested : ["build", ...requested];
  const parts: Part[] = [];
  for (const stage of [first, names.filter((name) => ![...first, ...alone].includes(name)), ...alone.map((n) => [n])]) {
    const waiting = stage.filter((name) => needed.includes(name));
    const isBroken = parts.some(({ name, failed }) => name === "build" && failed > 0);
    const work = async (): Promise<void> => {
      for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
        parts.push(isBroken ? { name, passed: 0, failed: 0, skipped: 1, seconds: 0 } : await runCheck(name));
      }
    };
    await Promise.all([work(), work()]);
  }
  writeParts("check", parts);
  process.stdout.write(`\n${summaryLine(parts)}\n`);
  process.exitCode = parts.some(({ failed }) => failed > 0) ? 1 : 0;
}

async function runCheck(name: string): Promise<Part> {
  const startedAt = performance.now();
  const env = { ...process.env, ...(update ? { UPDATE_REPORTS: "1" } : {}) };
  const { code, stdout, output } = await npm(["run", "--silent", `check:${name}`], { cwd: root, env, quiet: true });
  const seconds = (performance.now() - startedAt) / 1000;
  const end = code === 0 ? stdout.trim().split("\n").at(-1) : `\n\n${output.trim()}\n`;
  const line = `${code === 0 ? "ok" : "FAILED"}  ${name.padEnd(12)} ${seconds.toFixed(1).padStart(6)} s  ${end}`;
  process.stdout.write(`${line.trimEnd()}\n`);
  return { name, passed: Number(code === 0), failed: Number(code !== 0), skipped: 0, seconds };
}
