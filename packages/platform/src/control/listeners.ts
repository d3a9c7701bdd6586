import type { BeforeToken } from "../signing/tokens.ts";
import type { FaultEndpoint } from "./injectedFaults/faultRule.ts";

/** A response that is about to be sent, with any fault already applied. Change it in place. */
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
  /** The object of a JSON response, or the text of any other. Either can be replaced. */
  body: Record<string, unknown> | string;
}

/** The events that a program can listen to, and what its listeners receive. */
export interface PlatformListeners {
  readonly beforeToken: BeforeToken;
  readonly beforeResponse: BeforeResponse;
}

/**
 * A function that receives each token or response before it is sent. If it throws, the response is a 500 with its
 * message.
 */
export type Listener<Name extends keyof PlatformListeners> = (event: PlatformListeners[Name]) => void | Promise<void>;

/**
 * Registers listeners. They are called and awaited one by one, in the order in which they were added.
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
  /** Calls the listener every time, until the returned function is called. */
  on<Name extends keyof PlatformListeners>(name: Name, listener: Listener<Name>): () => void;
  /** Calls the listener once, the next time. */
  once<Name extends keyof PlatformListeners>(name: Name, listener: Listener<Name>): () => void;
}

export interface Listeners extends Listening {
  has(name: keyof PlatformListeners): boolean;
  /** Throws a {@link ListenerError} when a listener throws. */
  call<Name extends keyof PlatformListeners>(name: Name, event: PlatformListeners[Name]): Promise<void>;
  clear(): void;
}

/** A listener failed: a mistake in the program, not in the platform. */
export class ListenerError extends Error {
  override name = "ListenerError";
}

type Registered = { readonly [Name in keyof PlatformListeners]: Set<{ readonly run: Listener<Name> }> };

export function listeners(): Listeners {
  const registered: Registered = { beforeToken: new Set(), beforeResponse: new Set() };

  function on<Name extends keyof PlatformListeners>(name: Name, run: Listener<Name>): () => void {
    // A new entry each time, so that a function added twice is called twice and removed once.
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
