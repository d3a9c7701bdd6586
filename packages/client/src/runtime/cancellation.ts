/** Cancels work. An `AbortSignal` is created only on demand: most work finishes without one. */
export class Cancellation {
  #controller: AbortController | undefined;
  #listeners: Set<(reason: unknown) => void> | undefined;
  /** The reason, once the work has been cancelled. */
  cancelled: { readonly reason: unknown } | undefined;

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.cancelled) {
      this.#controller.abort(this.cancelled.reason);
    }
    return this.#controller.signal;
  }

  /**
   * Calls back with the reason on cancellation; returns the function that unsubscribes. Throws if already cancelled.
   */
  watch(listener: (reason: unknown) => void): () => void {
    this.throwIfCancelled();
    this.#listeners ??= new Set();
    const listeners = this.#listeners.add(listener);
    return () => void listeners.delete(listener);
  }

  throwIfCancelled(): void {
    if (this.cancelled) {
      throw this.cancelled.reason;
    }
  }

  cancel(reason: unknown): void {
    if (this.cancelled) {
      return;
    }
    this.cancelled = { reason };
    this.#controller?.abort(reason);
    for (const listener of this.#listeners ?? []) {
      listener(reason);
    }
  }
}

/** Work that a caller's signal, or its replacement, can cancel. */
export interface Cancellable {
  readonly signal?: AbortSignal | undefined;
  readonly cancellation?: Cancellation | undefined;
}

/** The signal that cancels it. */
export function signalOf({ signal, cancellation }: Cancellable): AbortSignal | undefined {
  return cancellation?.signal ?? signal;
}

/** Like {@link Cancellation.watch}, for either of the two. */
export function watch({ signal, cancellation }: Cancellable, listener: (reason: unknown) => void): () => void {
  if (cancellation) {
    return cancellation.watch(listener);
  }
  if (signal === undefined) {
    return () => {};
  }
  signal.throwIfAborted();
  const onAbort = (): void => listener(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  return () => signal.removeEventListener("abort", onAbort);
}
