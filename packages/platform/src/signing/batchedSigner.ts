import { type KeyObject, sign } from "node:crypto";

interface Waiting {
  readonly input: string;
  readonly key: KeyObject;
  readonly resolve: (signature: Buffer) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Makes RS256 signatures, those asked for in one turn of the event loop one after the other at its end. Between two
 * requests a signature would push out of the processor's caches all that the next request needs; and the threads of
 * libuv, which would leave the event loop free meanwhile, take more time to be handed the work than that costs.
 */
export function batchedSigner(): (input: string, key: KeyObject) => Promise<Buffer> {
  let waiting: Waiting[] = [];

  function signAll(): void {
    const batch = waiting;
    waiting = [];
    for (const { input, key, resolve, reject } of batch) {
      try {
        resolve(sign("sha256", Buffer.from(input), key));
      } catch (error) {
        reject(error);
      }
    }
  }

  return (input, key) =>
    new Promise((resolve, reject) => {
      if (waiting.push({ input, key, resolve, reject }) === 1) {
        setImmediate(signAll);
      }
    });
}
