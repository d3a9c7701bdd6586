// A client credentials token over plain http, per CPU second of the server's process.
import { runPaired } from "./pairedRounds.ts";
import { overBudget, report } from "./report.ts";
import { serverNames, startServer } from "./serverProcess.ts";
import { askForTokens } from "./tokenLoad.ts";

/** The minimum ratio to the bare row. */
const budget = 0.9;
/** Enough for the code of a request to be compiled before it is measured. */
const warmUpTokens = 5_000;

const contenders = [];
const stops: (() => Promise<void>)[] = [];
for (const [program, name] of Object.entries(serverNames)) {
  const { server, usage, stop } = await startServer(program);
  stops.push(stop);
  await askForTokens(server, warmUpTokens);
  contenders.push({
    name,
    run: (times: number) => askForTokens(server, times),
    cpuMs: async () => (await usage()).cpuMs,
  });
}
const standings = await runPaired(contenders, { rounds: 25, roundMs: 250 });
for (const stop of stops) {
  await stop();
}
report(
  "Token endpoint, client credentials, RS256",
  standings.map(({ name, perCpuSecond, ratio }) => ({
    name,
    "tokens per CPU second": perCpuSecond,
    "µs CPU per token": 1e6 / perCpuSecond,
    "of bare": ratio,
  })),
);
const ratio = standings[1]?.ratio ?? 0;
if (ratio < budget) {
  overBudget(`${ratio.toFixed(3)} of the bare row, ${budget} is the least`);
}
