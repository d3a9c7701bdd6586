import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "../setUp.js";
import { run } from "../support/childProcess.js";
import { inCi } from "../support/inCi.ts";
import { type CommandLine, type Language, languages } from "./languages.ts";

/** How tests run the programs of a language in `test/clients/`, or for a skipped test's name why they cannot. */
export type TestClient =
  | { readonly kind: "ready"; readonly command: string; readonly seconds: number }
  | { readonly kind: "missing"; readonly reason: string };

const report = join(root, "reports", "testClients.json");
const leftOut: TestClient = { kind: "missing", reason: "of the large set: `npm test -- --all`" };

/** Tells how to run the programs of a language, as the last set-up found it. */
export function testClient(language: string): TestClient {
  return (existsSync(report) ? JSON.parse(readFileSync(report, "utf8"))[language] : undefined) ?? leftOut;
}

/**
 * Sets up the clients in other languages, side by side, and records for the tests what there is.
 *
 * @param all whether the large set is wanted; else none of them is used
 * @throws `Error` in CI when one is missing that this system can have
 */
export async function setUpTestClients(all: boolean): Promise<ReadonlyMap<string, TestClient>> {
  // A new machine of CI's has no list of Debian's packages.
  if (all && inCi() && process.getuid?.() === 0) await run("apt-get", ["update"], { cwd: root, quiet: true });
  const entries = languages.map(async (each) => [each.name, all ? await setUpTestClient(each) : leftOut] as const);
  const clients = new Map(await Promise.all(entries));
  mkdirSync(dirname(report), { recursive: true });
  writeFileSync(report, `${JSON.stringify(Object.fromEntries(clients), null, 2)}\n`);
  return clients;
}

/**
 * Installs what one language needs, unless it is there already.
 *
 * @throws `Error` in CI, when it cannot be installed
 */
export async function setUpTestClient(language: Language): Promise<TestClient> {
  const { name, command, probe, needs, isOptional = false, commands, cwd, folder, environment } = language;
  const startedAt = performance.now();
  const options = { cwd, env: { ...process.env, ...environment }, quiet: true };
  const stamp = join(folder, ".latchkey-installed");
  const wanted = fingerprint(language);
  if (language.isPresent) return { kind: "ready", command, seconds: 0 };
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return { kind: "ready", command, seconds: 0 };
  const isPossible = (await run(...separated(probe), options)).code === 0;
  if (!isPossible) return missing(`it needs ${needs}`, isOptional);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const each of commands) {
    const { code, output } = await run(...separated(each), options);
    if (code !== 0) return missing(`${each[0]} could not install it: ${output.trim()}`);
  }
  writeFileSync(stamp, wanted);
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  process.stdout.write(`Test clients: ${name} was installed in ${seconds} s.\n`);
  return { kind: "ready", command, seconds };

  function missing(reason: string, isNobodysFailure = false): TestClient {
    if (inCi() && !isNobodysFailure) throw new Error(`In CI the tests with ${name} have to run: ${reason}`);
    process.stdout.write(`Test clients: ${name} is skipped: ${reason}\n`);
    return { kind: "missing", reason: reason.split("\n").at(-1) ?? reason };
  }
}

function separated([program, ...args]: CommandLine): [string, readonly string[]] {
  return [program, args];
}

/** Tells one state of the sources from another. The machine counts too: programs are built for one system. */
function fingerprint({ cwd, sources }: Language): string {
  const hash = createHash("sha256").update(`${process.platform} ${process.arch}\n`);
  const files = sources.flatMap((source) => {
    const path = join(cwd, source);
    if (!statSync(path).isDirectory()) return [source];
    return readdirSync(path, { recursive: true, encoding: "utf8" }).map((name) => join(source, name));
  });
  for (const file of files.sort().filter((name) => statSync(join(cwd, name)).isFile())) {
    hash.update(`${file}\n`).update(readFileSync(join(cwd, file)));
  }
  return hash.digest("hex");
}
