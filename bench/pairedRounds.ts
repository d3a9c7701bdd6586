import { median } from "../tools/support/median.ts";

/** One of the things to compare: does its work `times` times. */
export interface Contender {
  readonly name: string;
  readonly run: (times: number) => Promise<void>;
  /** The CPU time used so far by the measured process; by default this one. */
  readonly cpuMs?: () => Promise<number>;
}

/** A contender's results: medians over the rounds. */
export interface Standing {
  readonly name: string;
  readonly perCpuSecond: number;
  /** Relative to the first contender, in the same round. */
  readonly ratio: number;
}

export interface RoundsOptions {
  readonly rounds?: number;
  /** How long a contender works per round, in CPU milliseconds. */
  readonly roundMs?: number;
}

/**
 * Runs the contenders in turn, round after round, so that other work on the machine affects all of them, and counts CPU
 * time, so that waiting for a core does not count.
 */
export async function runPaired(
  contenders: readonly Contender[],
  { rounds = 9, roundMs = 120 }: RoundsOptions = {},
): Promise<Standing[]> {
  const times = new Map<Contender, number>();
  for (const contender of contenders) {
    times.set(contender, await calibrate(contender, roundMs));
  }
  const rates: number[][] = contenders.map(() => []);
  for (let round = 0; round < rounds; round++) {
    // The order changes with each round, so that no contender always runs on the caches that another one warmed.
    for (let turn = 0; turn < contenders.length; turn++) {
      const index = (round + turn) % contenders.length;
      const contender = contenders[index];
      if (contender) {
        rates[index]?.push(await rateOf(contender, times.get(contender) ?? 1));
      }
    }
  }
  return contenders.map(({ name }, index) => ({
    name,
    perCpuSecond: median(rates[index] ?? []),
    ratio: median((rates[index] ?? []).map((rate, round) => rate / (rates[0]?.[round] ?? Number.NaN))),
  }));
}

/** How often a contender runs in one round; finding this out warms it up. */
async function calibrate(contender: Contender, roundMs: number): Promise<number> {
  let times = 1;
  let rate = 0;
  for (let spentMs = 0; spentMs < roundMs * 2; ) {
    rate = await rateOf(contender, times);
    const ms = (times / rate) * 1_000;
    spentMs += ms;
    if (ms < roundMs / 4) {
      times *= 4;
    }
  }
  return Math.max(1, Math.round((rate * roundMs) / 1_000));
}

async function rateOf({ run, cpuMs = ownCpuMs }: Contender, times: number): Promise<number> {
  const before = await cpuMs();
  await run(times);
  return (times / Math.max(0.001, (await cpuMs()) - before)) * 1e3;
}

async function ownCpuMs(): Promise<number> {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
