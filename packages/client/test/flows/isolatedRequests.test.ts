import { AsyncLocalStorage } from "node:async_hooks";
import { ConfidentialClientApplication, clientSecret, NetworkError } from "@latchkey/client";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createSingleFlight } from "../../src/transport/singleFlight.ts";
import { clientId, entra, graph, makeDaemon, secret } from "../support/daemon.ts";
import { authErrorOf, failureOf } from "../support/failure.ts";
import { manualClock } from "../support/manualClock.ts";
import { randomOf } from "../support/randomOf.ts";
import { type ScriptedResponse, silence, token } from "../support/scriptedService.ts";
import { withResolvers } from "../support/withResolvers.ts";

const scopes = [graph];
const request = new AsyncLocalStorage<number>();
const { AbortController: PlatformController, setTimeout: platformSetTimeout, clearTimeout: platformClear } = globalThis;

let touched: string[] = [];
let made = 0;

/** Like Workers: objects of one request are not available to another. */
function guard(owner: number | undefined, what: string): void {
  if (request.getStore() === owner) {
    return;
  }
  touched.push(what);
  throw new Error(`Cannot perform I/O on behalf of a different request. (${what})`);
}

class GuardedController extends PlatformController {
  readonly #owner = request.getStore();
  readonly #signal: AbortSignal;

  constructor() {
    super();
    made++;
    const signal = super.signal;
    const owner = this.#owner;
    this.#signal = new Proxy(signal, {
      get(target, name) {
        guard(owner, `signal.${String(name)}`);
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  }

  override get signal(): AbortSignal {
    return this.#signal;
  }

  override abort(reason?: unknown): void {
    guard(this.#owner, "abort");
    super.abort(reason);
  }
}

beforeEach(() => {
  touched = [];
  made = 0;
  const owners = new Map<unknown, number | undefined>();
  globalThis.AbortController = GuardedController;
  globalThis.setTimeout = ((work: () => void, ms: number) => {
    const timer = platformSetTimeout(work, ms);
    owners.set(timer, request.getStore());
    return timer;
  }) as typeof setTimeout;
  globalThis.clearTimeout = ((timer: NodeJS.Timeout | undefined) => {
    if (timer !== undefined) {
      guard(owners.get(timer), "timer");
    }
    platformClear(timer);
  }) as typeof clearTimeout;
});

afterEach(() => {
  globalThis.AbortController = PlatformController;
  globalThis.setTimeout = platformSetTimeout;
  globalThis.clearTimeout = platformClear;
});

/** This many concurrent requests for the same token. */
function atOnce<T>(count: number, ask: (index: number) => Promise<T>): Promise<T>[] {
  return Array.from({ length: count }, (_, index) => request.run(index, () => ask(index)));
}

describe("requests that a runtime isolates", () => {
  test.each([2, 3, 4, 5])("share a token, %d of them, and touch none of each other's objects", async (count) => {
    const later = withResolvers<ScriptedResponse>();
    const { app, service } = makeDaemon(() => later.promise, { clock: undefined });
    const calls = [
      ...atOnce(count, () => app.acquireTokenForClient({ scopes })),
      ...atOnce(count, () => app.acquireTokenForClient({ scopes, forceRefresh: true, timeoutMs: 5_000 })),
      ...atOnce(count, () => app.acquireTokenOnBehalfOf({ scopes: ["api://next/read"], oboAssertion: "a.b.c" })),
    ];
    await service.received(2);
    later.resolve(token(1));
    for (const { accessToken } of await Promise.all(calls)) {
      expect(accessToken).toBe("token-1");
    }
    expect(service.requests).toHaveLength(2);
    expect(touched).toEqual([]);
  });

  test("have a request cancelled where it started when another one is the last to leave", async () => {
    const signals: AbortSignal[] = [];
    const { app, service, clock } = makeDaemon(silence, {});
    const calls = atOnce(3, (index) =>
      failureOf(app.acquireTokenForClient({ scopes, timeoutMs: (index + 1) * 1_000 })),
    );
    await service.received(1);
    for (const { signal } of service.requests) {
      signals.push(signal);
    }
    for (let second = 1; second <= 3; second++) {
      request.run(second - 1, () => clock.advance(1_000));
    }
    for (const failure of await Promise.all(calls)) {
      expect(failure).toMatchObject({ code: "timeout" });
    }
    expect(touched).toEqual([]);
    expect(request.run(0, () => signals[0]?.aborted)).toBe(true);
  });

  test("start again when the request that started the flight has ended", async () => {
    const flights = createSingleFlight<string>(manualClock(), randomOf(0), 1_000);
    // Such a promise does nothing where it was created, and throws a runtime exception for those who wait elsewhere.
    let listeners = 0;
    const ended = {
      // biome-ignore lint/suspicious/noThenProperty: it stands for a promise
      then: (_: unknown, refuse: (error: Error) => void) => {
        if (listeners++ > 0) {
          queueMicrotask(() => refuse(new Error("a request that has since ended")));
        }
      },
    } as unknown as Promise<string>;
    const first = failureOf(flights.join("key", () => ended, {}));
    const others = [1, 2].map(() => flights.join("key", async () => "anew", {}));
    expect(await Promise.all(others)).toEqual(["anew", "anew"]);
    expect(await first).toBeInstanceOf(Error);
    expect(listeners).toBe(4);
  });
});

describe("a token that arrived", () => {
  test("was fetched under a signal that is never aborted", async () => {
    const { app, service } = makeDaemon(undefined, { clock: undefined });
    const leaving = new PlatformController();
    await app.acquireTokenForClient({ scopes, signal: leaving.signal, timeoutMs: 5_000 });
    leaving.abort();
    await new Promise((resolve) => setImmediate(resolve));
    expect(service.requests[0]?.signal.aborted).toBe(false);
  });

  test("costs one signal for the credential and one for the request, however many callers wait with signals of their own", async () => {
    const app = new ConfidentialClientApplication({
      clientId,
      authority: entra,
      clientCredential: clientSecret(secret),
      fetch: async () => Response.json({ access_token: "t", expires_in: 3_600 }),
    });
    const { signal } = new PlatformController();
    await Promise.all([1, 2, 3].map(() => app.acquireTokenForClient({ scopes, signal, timeoutMs: 5_000 })));
    expect(made).toBe(2);
  });
});

describe("an exception that is not a network failure", () => {
  test.each([
    new TypeError("Cannot read properties of undefined (reading 'status')"),
    new ReferenceError("fetsh is not defined"),
    new TypeError("Illegal invocation"),
    new Error("Cannot perform I/O on behalf of a different request. I/O objects (such as streams…"),
    new Error("This promise was created by a request that has since ended, so it can never settle."),
    Object.assign(new TypeError('Invalid character in header content ["x"]'), { code: "ERR_INVALID_CHAR" }),
  ])("is not an outage, not retried, and not a network_error: %s", async (thrown) => {
    let sent = 0;
    const { app, clock } = makeDaemon(undefined, {
      maxRetries: 2,
      fetch: async () => {
        if (sent++ === 0) {
          return Response.json({ access_token: "t", expires_in: 3_600 });
        }
        throw thrown;
      },
    });
    await app.acquireTokenForClient({ scopes });
    clock.advance(56 * 60_000);
    const error = await authErrorOf(app.acquireTokenForClient({ scopes }));
    expect(error).toMatchObject({ code: "invalid_options", retryable: false, cause: thrown });
    expect(error).not.toBeInstanceOf(NetworkError);
    expect(sent).toBe(2);
  });

  test("is not an outage when a credential's source throws it either", async () => {
    let requestCount = 0;
    const thrown = new TypeError("vault.get is not a function");
    const { app, clock } = makeDaemon(undefined, {
      clientCredential: clientSecret(async () => {
        if (requestCount++ > 0) {
          throw thrown;
        }
        return "secret";
      }),
    });
    await app.acquireTokenForClient({ scopes });
    clock.advance(56 * 60_000);
    expect(await failureOf(app.acquireTokenForClient({ scopes }))).toBe(thrown);
  });

  test.each([
    new TypeError("fetch failed"),
    new TypeError("Failed to fetch"),
    new TypeError("network error"),
    new TypeError("NetworkError when attempting to fetch resource."),
    new TypeError("Load failed"),
    new TypeError("The network connection was lost."),
    new TypeError("terminated", { cause: new Error("other side closed") }),
    new TypeError("error sending request for url (https://x/)"),
    new TypeError("error reading a body from connection"),
    new Error("Network connection lost."),
    new Error("internal error; reference = abc"),
    Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" }),
    new DOMException("The operation was aborted.", "AbortError"),
    "something odd",
  ])("is not what a runtime reports for a network failure: %s", async (thrown) => {
    const { app } = makeDaemon(undefined, { fetch: () => Promise.reject(thrown) });
    const error = await authErrorOf(app.acquireTokenForClient({ scopes }));
    expect(error).toMatchObject({ code: "network_error", retryable: true });
  });
});
