import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { root } from "./setUp.js";
import { type Part, summaryLine, writeParts } from "./summary.ts";
import { npm } from "./support/childProcess.js";

// The checks are the scripts `check:<name>` of package.json. Each says what is wrong and fails, or ends with a remark.
const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: Record<string, string> };
const names = Object.keys(scripts).flatMap((name) => /^check:(.*)/.exec(name)?.[1] ?? []);
/** They read sources, so they need not wait for the build, and it not for them. */
const ofSources = ["lockFile", "specs", "errorsGuide", "boundaries", "lint"];
/** What measures has nothing beside it, nor has what installs the runtimes that `publishing` needs as well. */
const alone = ["runtimes", "importCost"];

const words = process.argv.slice(2);
const selected = words.filter((word) => word !== "--update");
const unknown = selected.filter((word) => !names.includes(word));
// A report of an earlier run must not stand for one that never came to its end.
rmSync(join(root, "reports", "check.json"), { force: true });
if (unknown.length > 0) {
  process.stderr.write(`There is no ${unknown.join(", ")}. Usage: npm run check -- [--update] [${names.join(" ")}]\n`);
  process.exitCode = 2;
} else {
  process.exitCode = await check(selected.length === 0 ? names : selected);
}

async function check(wanted: readonly string[]): Promise<number> {
  const isFirst = (name: string): boolean => name === "build" || ofSources.includes(name);
  const needed = new Set(wanted.every(isFirst) ? wanted : ["build", ...wanted]);
  const stages = [
    [...needed].filter(isFirst),
    [...needed].filter((name) => !isFirst(name) && !alone.includes(name)),
    ...alone.filter((name) => needed.has(name)).map((name) => [name]),
  ];
  const parts: Part[] = [];
  for (const waiting of stages) {
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
  return parts.some(({ failed }) => failed > 0) ? 1 : 0;
}

async function runCheck(name: string): Promise<Part> {
  const startedAt = performance.now();
  const env = { ...process.env, ...(words.includes("--update") ? { UPDATE_REPORTS: "1" } : {}) };
  const npmScript = ["run", "--silent", `check:${name}`];
  const { code, stdout, output } = await npm(npmScript, { cwd: root, env, quiet: true });
  const seconds = (performance.now() - startedAt) / 1000;
  const remark = code === 0 ? stdout.trim().split("\n").at(-1) : "";
  const line = `${code === 0 ? "ok" : "FAILED"}  ${name.padEnd(12)} ${seconds.toFixed(1).padStart(6)} s  ${remark}`;
  process.stdout.write(`${line.trimEnd()}\n${code === 0 ? "" : `\n${output.trim()}\n\n`}`);
  return { name, passed: Number(code === 0), failed: Number(code !== 0), skipped: 0, seconds };
}
