// The time from starting a server's process until it can issue a token: plain http, in memory, with the key given.
import { median } from "../tools/support/median.ts";
import { overBudget, report } from "./report.ts";
import { serverNames, startServer } from "./serverProcess.ts";

/** How much later than the bare server the platform may be ready. */
const budgetMs = 60;
const rounds = 15;

async function msUntilReady(program: string): Promise<number> {
  const startMs = performance.now();
  const { stop } = await startServer(program);
  const ms = performance.now() - startMs;
  await stop();
  return ms;
}

const programs = Object.keys(serverNames);
const times = new Map<string, number[]>(programs.map((program) => [program, []]));
// The first round reads the files from disk.
for (const program of programs) {
  await msUntilReady(program);
}
for (let round = 0; round < rounds; round++) {
  for (let turn = 0; turn < programs.length; turn++) {
    const program = programs[(round + turn) % programs.length] ?? "";
    times.get(program)?.push(await msUntilReady(program));
  }
}
const bare = times.get("bareServer") ?? [];
const rows = Object.entries(serverNames).map(([program, name]) => {
  const ms = times.get(program) ?? [];
  return {
    name,
    "ms until ready": median(ms),
    "over bare": median(ms.map((value, round) => value - (bare[round] ?? Number.NaN))),
  };
});
report("Readiness of a server with its key given", rows);
const over = rows[1]?.["over bare"] ?? Number.NaN;
if (!(over <= budgetMs)) {
  overBudget(`ready ${over.toFixed(0)} ms after the bare server, ${budgetMs} ms is the most`);
}
