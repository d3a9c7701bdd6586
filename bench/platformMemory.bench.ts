// The resident memory of a server's process: when it is ready, and after it has issued tokens with its log full.
import { median } from "../tools/support/median.ts";
import { overBudget, report } from "./report.ts";
import { serverNames, startServer } from "./serverProcess.ts";
import { askForTokens } from "./tokenLoad.ts";

/** How much more than the bare server the platform may use. */
const budgetMiB = 30;
const rounds = 5;
/** Several times as many as the platform's log holds. Under load for minutes, V8 may give young objects more memory. */
const tokens = 10_000;

async function residentMiB(program: string): Promise<{ readonly ready: number; readonly loaded: number }> {
  const { server, usage, stop } = await startServer(program);
  const ready = (await usage()).residentBytes / 2 ** 20;
  await askForTokens(server, tokens);
  const loaded = (await usage()).residentBytes / 2 ** 20;
  await stop();
  return { ready, loaded };
}

const programs = Object.keys(serverNames);
const samples = new Map<string, Awaited<ReturnType<typeof residentMiB>>[]>(programs.map((program) => [program, []]));
for (let round = 0; round < rounds; round++) {
  for (let turn = 0; turn < programs.length; turn++) {
    const program = programs[(round + turn) % programs.length] ?? "";
    samples.get(program)?.push(await residentMiB(program));
  }
}
const medianOf = (program: string, moment: "ready" | "loaded"): number =>
  median((samples.get(program) ?? []).map((sample) => sample[moment]));
const overBare = (program: string, moment: "ready" | "loaded"): number =>
  medianOf(program, moment) - medianOf("bareServer", moment);
report(
  `Resident memory of a server, in MiB, when ready and after ${tokens} tokens`,
  Object.entries(serverNames).map(([program, name]) => ({
    name,
    ready: medianOf(program, "ready"),
    "ready, over bare": overBare(program, "ready"),
    loaded: medianOf(program, "loaded"),
    "loaded, over bare": overBare(program, "loaded"),
  })),
);
for (const moment of ["ready", "loaded"] as const) {
  const over = overBare("platformServer", moment);
  if (!(over <= budgetMiB)) {
    overBudget(`${over.toFixed(1)} MiB more than bare when ${moment}, ${budgetMiB} is the most`);
  }
}
