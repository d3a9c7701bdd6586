import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import { root } from "../setUp.js";
import { run } from "./childProcess.js";
import { inCi } from "./inCi.ts";

/** How tests run the programs of a language in `test/clients/`, or for a skipped test's name why they cannot. */
export type TestClient =
  | { readonly kind: "ready"; readonly command: string }
  | { readonly kind: "missing"; readonly reason: string };

const clients = join(root, "test", "clients");
/** Shared by all clones on this machine; CI keeps it from run to run. */
const cache = process.env["LATCHKEY_CACHE"] ?? join(homedir(), ".cache", "latchkey");
const browsers = [
  process.env["CHROMIUM_PATH"] ?? "",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** What runs the programs of each language, once `setUp.sh` in its folder has run. */
const commands: Readonly<Record<string, string>> = {
  python: join(cache, "python", "bin", "python"),
  azureCli: join(cache, "azureCli", "bin", "az"),
  azureCliDebian: join(cache, "azureCliDebian", "az"),
  java: "java",
  // A program for each folder; tests name the others by it.
  go: join(clients, "go", "build", "daemon"),
  chromium: browsers.find((place) => existsSync(place)) ?? "/usr/bin/chromium",
};

const report = join(root, "reports", "testClients.json");

/** Tells how to run the programs of a language, as the last `npm test` found it. */
export function testClient(language: string): TestClient {
  const found = existsSync(report) ? JSON.parse(readFileSync(report, "utf8"))[language] : undefined;
  return found ?? { kind: "missing", reason: "of the large set: `npm test -- --all`" };
}

/**
 * Sets up the large set, all clients side by side, and records for the tests what there is; without `all` there is none of it.
 *
 * @throws `Error` in CI when one is missing that this system can have
 */
export async function setUpTestClients(all: boolean): Promise<readonly string[]> {
  const languages = Object.entries(commands);
  mkdirSync(join(root, "reports"), { recursive: true });
  writeFileSync(report, "{}");
  if (all) {
    // A new machine of CI's has no list of Debian's packages.
    if (inCi() && process.getuid?.() === 0) {
      await run("apt-get", ["update"], { cwd: root, quiet: true });
    }
    const found = languages.map(async ([language, command]) => {
      return [language, await setUpTestClient(join(clients, language), join(cache, language), command)] as const;
    });
    writeFileSync(report, JSON.stringify(Object.fromEntries(await Promise.all(found))));
  }
  return languages.map(([language]) => language);
}

/** Has `setUp.sh` fill a folder. It ends with 3 on a machine that lacks what it takes, with 4 where nobody can have it. */
export async function setUpTestClient(source: string, folder: string, command: string): Promise<TestClient> {
  const startedAt = performance.now();
  mkdirSync(folder, { recursive: true });
  const { code, output } = await run("sh", ["setUp.sh", folder, command], { cwd: source, quiet: true });
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  const reason = output.trim().split("\n").at(-1) ?? "";
  process.stdout.write(
    `Test clients: ${basename(source)} ${code === 0 ? `in ${seconds} s` : `is skipped: ${reason}`}\n`,
  );
  if (code !== 0 && code !== 4 && inCi()) {
    throw new Error(`In CI the tests with ${source} have to run:\n${output}`);
  }
  return code === 0 ? { kind: "ready", command } : { kind: "missing", reason };
}
