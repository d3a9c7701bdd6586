import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { inCi } from "./ci.js";
import { root, setUp } from "./setUp.js";
import { runTool, StepError } from "./steps.js";
import { azureCli } from "./testClients/azureCli.js";
import { azureCliDebian } from "./testClients/azureCliDebian.js";
import { chromium } from "./testClients/chromium.js";
import { go } from "./testClients/go.js";
import { java } from "./testClients/java.js";
import { python } from "./testClients/python.js";

/**
 * How tests run the programs of another language in `test/clients/<language>/`.
 *
 * @typedef {{ kind: "ready", command: string } | { kind: "missing", reason: string }} TestClient
 *
 * @typedef {object} TestClientLanguage
 * @property {string} language the folder's name
 * @property {(root: string) => string} command what runs the programs once `setUp` is done
 * @property {boolean} [isLarge] whether a person has to ask for it
 * @property {() => string | undefined} [notHere] why there is no such client on this system, which is nobody's failure
 * @property {() => string | undefined} missing why this machine cannot run them
 * @property {(root: string) => import("./steps.js").Step} setUp installs what the programs need
 */

/** @type {readonly TestClientLanguage[]} */
const languages = [python, chromium, azureCli, azureCliDebian, java, go];

const report = join(root, "reports", "testClients.json");

/**
 * Tells how to run the programs of a language, as the last set-up found it.
 *
 * @param {string} language such as `python`
 * @returns {TestClient} `command` is the absolute path of the interpreter; `reason` is for a skipped test's name
 */
export function testClient(language) {
  /** @type {TestClient} */
  const notSetUp = { kind: "missing", reason: "run `node tools/testClients.js` once" };
  try {
    return JSON.parse(readFileSync(report, "utf8"))[language] ?? notSetUp;
  } catch {
    return notSetUp;
  }
}

/**
 * The set-up of all languages: the steps to run, and what records their outcome for the tests.
 *
 * On a person's machine a language that cannot be set up is printed and its tests are skipped; in CI it is a failure.
 * A large one is set up in CI, and elsewhere when it is asked for.
 *
 * @param {{ withLarge?: boolean }} [options]
 * @returns {{ steps: import("./steps.js").Step[], record: () => void }}
 */
export function testClients({ withLarge = inCi() } = {}) {
  /** @type {Map<string, string>} */
  const reasons = new Map();
  const steps = languages.flatMap((each) => {
    const step = each.setUp(root);
    const tooLarge = each.isLarge && !withLarge ? "it is large: `node tools/testClients.js` installs it" : undefined;
    const reason = step.isDone() ? undefined : (each.notHere?.() ?? each.missing() ?? tooLarge);
    if (reason === undefined) return [{ ...step, run: () => runOrExcuse(each.language, step, reasons) }];
    reasons.set(each.language, reason);
    return [];
  });
  const record = () => {
    /** @type {Record<string, TestClient>} */
    const found = {};
    for (const { language, command, notHere } of languages) {
      const reason = reasons.get(language);
      found[language] = reason === undefined ? { kind: "ready", command: command(root) } : { kind: "missing", reason };
      if (reason === undefined) continue;
      if (inCi() && notHere?.() === undefined) throw missingInCi(language, reason);
      process.stdout.write(`SKIPPED: the tests with ${language} clients: ${reason}\n`);
    }
    mkdirSync(dirname(report), { recursive: true });
    writeFileSync(report, `${JSON.stringify(found, null, 2)}\n`);
  };
  return { steps, record };
}

/**
 * @param {string} language
 * @param {import("./steps.js").Step} step
 * @param {Map<string, string>} reasons
 * @returns {Promise<string | undefined>}
 */
async function runOrExcuse(language, step, reasons) {
  try {
    return await step.run();
  } catch (error) {
    if (!(error instanceof StepError) || error.exitCode >= 128 || inCi()) throw error;
    const reason = [error.message, error.output.trim().split("\n").at(-1)].join(" ");
    reasons.set(language, reason);
    return "It failed, and its tests will be skipped.";
  }
}

/**
 * @param {string} language
 * @param {string} reason
 * @returns {StepError}
 */
function missingInCi(language, reason) {
  return new StepError(`The ${language} clients cannot be tested: ${reason}.`, {
    remedy: "In CI every language must be there: install it in the image.",
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await runTool(async () => {
    const clients = testClients({ withLarge: true });
    await setUp({ moreSteps: clients.steps });
    clients.record();
    return 0;
  });
}
