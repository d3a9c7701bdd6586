import type { Check, CheckContext, CheckResult } from "./checkContract.ts";

export interface CheckOutcome {
  readonly name: string;
  readonly outcome: "ok" | "failed" | "skipped";
  readonly seconds: number;
  readonly note?: string | undefined;
  readonly output: string;
}

/**
 * Returns the named checks and those they need, in the list's order; all of them when none is named.
 *
 * @throws `Error` naming the check that does not exist
 */
export function selectChecks(all: readonly Check[], names: readonly string[]): Check[] {
  const wanted = new Set<string>();
  const want = (name: string): void => {
    const check = all.find((each) => each.name === name);
    if (check === undefined) throw new Error(`There is no check "${name}". There are: ${namesOf(all).join(", ")}.`);
    wanted.add(name);
    for (const needed of check.needs ?? []) want(needed);
  };
  for (const name of names.length === 0 ? namesOf(all) : names) want(name);
  return all.filter((check) => wanted.has(check.name));
}

/**
 * Runs checks, at most `width` at a time and each after those it waits for, and reports every outcome as it comes.
 */
export async function scheduleChecks(
  selected: readonly Check[],
  context: CheckContext,
  options: { readonly width: number; readonly report: (outcome: CheckOutcome) => void },
): Promise<CheckOutcome[]> {
  const waiting = [...selected];
  const running = new Map<string, { check: Check; done: Promise<CheckOutcome> }>();
  const finished = new Map<string, CheckOutcome>();

  const mayStart = (check: Check): boolean => {
    const busy = [...running.values()];
    if (busy.length >= options.width || busy.some((each) => each.check.alone === true)) return false;
    if (check.alone === true && busy.length > 0) return false;
    return [...(check.needs ?? []), ...(check.after ?? [])].every(
      (name) => finished.has(name) || !selected.some((each) => each.name === name),
    );
  };

  while (waiting.length > 0 || running.size > 0) {
    for (let next = waiting.findIndex(mayStart); next >= 0; next = waiting.findIndex(mayStart)) {
      for (const check of waiting.splice(next, 1)) {
        const unmet = (check.needs ?? []).find((name) => finished.get(name)?.outcome !== "ok");
        running.set(check.name, {
          check,
          done: unmet === undefined ? runCheck(check, context) : Promise.resolve(skipped(check, unmet)),
        });
      }
    }
    if (running.size === 0) throw new Error(`These checks wait for each other: ${namesOf(waiting).join(", ")}`);
    const outcome = await Promise.race([...running.values()].map((each) => each.done));
    running.delete(outcome.name);
    finished.set(outcome.name, outcome);
    options.report(outcome);
  }
  return [...finished.values()];
}

async function runCheck(check: Check, context: CheckContext): Promise<CheckOutcome> {
  const startedAt = performance.now();
  const result = await check.run(context).catch(
    (error: unknown): CheckResult => ({
      ok: false,
      output: error instanceof Error ? (error.stack ?? error.message) : String(error),
    }),
  );
  return {
    name: check.name,
    outcome: result.ok ? "ok" : "failed",
    seconds: Math.round((performance.now() - startedAt) / 100) / 10,
    note: result.note,
    output: result.output,
  };
}

function skipped(check: Check, unmet: string): CheckOutcome {
  return { name: check.name, outcome: "skipped", seconds: 0, note: `needs ${unmet}`, output: "" };
}

function namesOf(checks: readonly Check[]): string[] {
  return checks.map((check) => check.name);
}
