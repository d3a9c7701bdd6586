// The memory cost of a cached token of 1,200 characters. Needs --expose-gc.
import { median } from "../tools/support/median.ts";
import { report } from "./report.ts";
import { makeApplication, scopeOf, tokenOf, tokenService } from "./tokenSource.ts";

/** A goal, not a budget: missing it is not a failure. */
const targetBytes = 1_450;
/** The default limit of an application. */
const size = 100_000;
const { gc } = globalThis;
if (gc === undefined) {
  throw new Error("Run with --expose-gc.");
}

/** The heap in use, after a turn of the event loop in which weakly held objects can be collected. */
async function heapUsed(): Promise<number> {
  for (let turn = 0; turn < 3; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
    gc?.();
  }
  return process.memoryUsage().heapUsed;
}

async function bytesPerToken(fill: () => Promise<object>): Promise<number> {
  const before = await heapUsed();
  const stored = await fill();
  const bytes = ((await heapUsed()) - before) / size;
  if (Object.keys(stored).length > size) {
    throw new Error("unreachable: the cache must live until here");
  }
  return bytes;
}

const ours = async (): Promise<object> => {
  const app = makeApplication(tokenService().fetch);
  for (let index = 0; index < size; index++) {
    await app.acquireTokenForClient({ scopes: [scopeOf(index)] });
  }
  return app;
};
const bare = async (): Promise<object> => {
  const tokens = new Map<string, { accessToken: string; expiresAtMs: number }>();
  for (let index = 0; index < size; index++) {
    const accessToken = (JSON.parse(JSON.stringify({ token: tokenOf(index) })) as { token: string }).token;
    tokens.set(scopeOf(index), { accessToken, expiresAtMs: Date.now() + index });
  }
  return tokens;
};

const rows: { name: string; "bytes per token": number; target: number | string }[] = [];
for (const [name, fill] of [
  ["bare Map and expiry", bare],
  ["@latchkey/client", ours],
] as const) {
  const samples: number[] = [];
  for (let round = 0; round < 3; round++) {
    samples.push(await bytesPerToken(fill));
  }
  rows.push({ name, "bytes per token": Math.round(median(samples)), target: fill === ours ? targetBytes : "" });
}
report(`Memory of ${size} cached tokens of 1,200 characters`, rows);
