import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import { root } from "../setUp.js";
import { run } from "./childProcess.js";
import { inCi } from "./inCi.ts";

/** The command that runs a language's programs in `test/clients/`, or the reason why its tests are skipped. */
export type TestClient =
  | { readonly kind: "ready"; readonly command: string }
  | { readonly kind: "missing"; readonly reason: string };

const clients = join(root, "test", "clients");
/** Shared by all clones on this machine; CI restores it in every run. */
const cache = process.env["LATCHKEY_CACHE"] ?? join(homedir(), ".cache", "latchkey");
const browsers = [
  process.env["CHROMIUM_PATH"] ?? "",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** The command of each language, once `setUp.sh` in its folder has run. */
const commands: Readonly<Record<string, string>> = {
  python: join(cache, "python", "bin", "python"),
  azureCli: join(cache, "azureCli", "bin", "az"),
  azureCliDebian: join(cache, "azureCliDebian", "az"),
  java: "java",
  // One of several programs; tests find the others beside it.
  go: join(clients, "go", "build", "daemon"),
  chromium: browsers.find((place) => existsSync(place)) ?? "/usr/bin/chromium",
};

const report = join(root, "reports", "testClients.json");

/** Returns how to run the programs of a language, as the last `npm test` found it. */
export function testClient(language: string): TestClient {
  const found = existsSync(report) ? JSON.parse(readFileSync(report, "utf8"))[language] : undefined;
  return found ?? { kind: "missing", reason: "only in the large set: `npm test -- --all`" };
}

/**
 * Sets up the clients of the large set in parallel and records the result for the tests; without `all`, none is set up.
 *
 * @throws `Error` in CI if a client is missing that this system can have
 */
export async function setUpTestClients(all: boolean): Promise<readonly string[]> {
  const languages = Object.entries(commands);
  mkdirSync(join(root, "reports"), { recursive: true });
  writeFileSync(report, "{}");
  if (all) {
    // A new CI machine has no list of Debian's packages.
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

/** Runs `setUp.sh`, which fills a folder. It exits with 3 if the machine lacks a tool, with 4 if the system cannot have it. */
export async function setUpTestClient(source: string, folder: string, command: string): Promise<TestClient> {
  const startedAt = performance.now();
  mkdirSync(folder, { recursive: true });
  const { code, output } = await run("sh", ["setUp.sh", folder, command], { cwd: source, quiet: true });
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  const reason = output.trim().split("\n").at(-1) ?? "";
  const result = code === 0 ? `ready in ${seconds} s` : `skipped: ${reason}`;
  process.stdout.write(`Test clients: ${basename(source)} ${result}\n`);
  if (code !== 0 && code !== 4 && inCi()) {
    throw new Error(`In CI the tests with ${source} must run:\n${output}`);
  }
  return code === 0 ? { kind: "ready", command } : { kind: "missing", reason };
}
