/** Tells work that it is called off. An `AbortSignal` is made only for who asks for one: most work is done before. */
export interface Cancellation {
  readonly signal: AbortSignal;
  /** Why the work was called off, once it was. */
  readonly cancelled: { readonly reason: unknown } | undefined;
  /** Calls back with the reason; gives what takes that back. Throws the reason when the work is called off already. */
  watch(listener: (reason: unknown) => void): () => void;
  cancel(reason: unknown): void;
}

/** What may be given up by a caller's signal, or by what stands in its place. */
export interface Cancellable {
  readonly signal?: AbortSignal | undefined;
  readonly cancellation?: Cancellation | undefined;
}

/** Makes a cancellation that nobody has called off. */
export function createCancellation(): Cancellation {
  let controller: AbortController | undefined;
  let cancelled: { readonly reason: unknown } | undefined;
  const listeners = new Set<(reason: unknown) => void>();
  return {
    get signal() {
      controller ??= new AbortController();
      if (cancelled) controller.abort(cancelled.reason);
      return controller.signal;
    },
    get cancelled() {
      return cancelled;
    },
    watch(listener) {
      if (cancelled) throw cancelled.reason;
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    cancel(reason) {
      if (cancelled) return;
      cancelled = { reason };
      controller?.abort(reason);
      for (const listener of listeners) listener(reason);
    },
  };
}

/** As {@link Cancellation.watch}, whichever of the two there is. */
export function watch(given: Cancellable, listener: (reason: unknown) => void): () => void {
  if (given.cancellation) return given.cancellation.watch(listener);
  const { signal } = given;
  if (signal === undefined) return () => {};
  signal.throwIfAborted();
  const onAbort = (): void => listener(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  return () => signal.removeEventListener("abort", onAbort);
}
