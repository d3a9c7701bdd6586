/** The connection a request came on. */
export interface Connection {
  /** Ends it without an answer. */
  reset(): void;
}

/** What the app is given beside a request. */
export interface ConnectionBindings {
  readonly connection?: Connection | undefined;
}

type Answer = (request: Request, bindings: ConnectionBindings) => Response | Promise<Response>;

/** Answers in this process. A reset connection rejects as it does in the global `fetch`. */
export async function fetchWithoutSocket(answer: Answer, request: Request): Promise<Response> {
  let isReset = false;
  const response = await answer(request, {
    connection: {
      reset() {
        isReset = true;
      },
    },
  });
  if (isReset) {
    const cause = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET", syscall: "read" });
    throw new TypeError("fetch failed", { cause });
  }
  return response;
}
