import type { BeforeToken } from "../signing/tokens.ts";
import type { FaultEndpoint } from "./injectedFaults/faultRule.ts";

/** An answer that is about to leave, those of faults included. Change it in place. */
export interface BeforeResponse {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly endpoint: FaultEndpoint | undefined;
  readonly clientId: string | undefined;
  readonly tenantId: string | undefined;
  readonly grantType: string | undefined;
  /** From 200 to 599. */
  status: number;
  readonly headers: Headers;
  /** The object of a JSON answer; the text of any other. Either may be put in its place. */
  body: Record<string, unknown> | string;
}

/** What a program can step into, and what its listener is given. */
export interface PlatformListeners {
  readonly beforeToken: BeforeToken;
  readonly beforeResponse: BeforeResponse;
}

/** A function that is given each token or answer before it leaves. When it throws, the answer is a 500 that says so. */
export type Listener<Name extends keyof PlatformListeners> = (event: PlatformListeners[Name]) => void | Promise<void>;

/**
 * Registers listeners. They are called one after the other, in the order they were added, and awaited.
 *
 * @example
 * ```ts
 * import { startPlatform } from "@latchkey/platform";
 *
 * const platform = await startPlatform();
 * platform.once("beforeToken", ({ claims }) => {
 *   claims["roles"] = ["Orders.Read.All"];
 * });
 * const off = platform.on("beforeResponse", (response) => {
 *   if (response.endpoint === "token") {
 *     response.headers.set("Retry-After", "1");
 *   }
 * });
 * off();
 * await platform.stop();
 * ```
 */
export interface Listening {
  /** Calls the listener each time, until the function that is returned has been called. */
  on<Name extends keyof PlatformListeners>(name: Name, listener: Listener<Name>): () => void;
  /** Calls the listener the next time only. */
  once<Name extends keyof PlatformListeners>(name: Name, listener: Listener<Name>): () => void;
}

export interface Listeners extends Listening {
  has(name: keyof PlatformListeners): boolean;
  /** Throws a {@link ListenerError} when a listener throws. */
  call<Name extends keyof PlatformListeners>(name: Name, event: PlatformListeners[Name]): Promise<void>;
  clear(): void;
}

/** A listener failed: the program's own mistake, not the platform's. */
export class ListenerError extends Error {
  override name = "ListenerError";
}

type Registered = { readonly [Name in keyof PlatformListeners]: Set<{ readonly run: Listener<Name> }> };

export function listeners(): Listeners {
  const registered: Registered = { beforeToken: new Set(), beforeResponse: new Set() };

  function on<Name extends keyof PlatformListeners>(name: Name, run: Listener<Name>): () => void {
    // An entry of its own, so that a function added twice is called twice and removed once.
    const entry = { run };
    registered[name].add(entry);
    return () => {
      registered[name].delete(entry);
    };
  }

  return {
    on,
    once(name, listener) {
      const off = on(name, (event) => {
        off();
        return listener(event);
      });
      return off;
    },
    has: (name) => registered[name].size > 0,
    async call(name, event) {
      for (const { run } of [...registered[name]]) {
        try {
          await run(event);
        } catch (cause) {
          const reason = cause instanceof Error ? cause.message : String(cause);
          throw new ListenerError(`the ${name} listener of this program failed: ${reason}`, { cause });
        }
      }
    },
    clear() {
      registered.beforeToken.clear();
      registered.beforeResponse.clear();
    },
  };
}
