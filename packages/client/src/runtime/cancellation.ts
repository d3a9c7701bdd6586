/** Tells work that it is called off. An `AbortSignal` is made only for who asks for one: most work is done before. */
export class Cancellation {
  #controller: AbortController | undefined;
  #listeners: Set<(reason: unknown) => void> | undefined;
  /** Why the work was called off, once it was. */
  cancelled: { readonly reason: unknown } | undefined;

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.cancelled) {
      this.#controller.abort(this.cancelled.reason);
    }
    return this.#controller.signal;
  }

  /** Calls back with the reason; gives what takes that back. Throws the reason when the work is called off already. */
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

/** What may be given up by a caller's signal, or by what stands in its place. */
export interface Cancellable {
  readonly signal?: AbortSignal | undefined;
  readonly cancellation?: Cancellation | undefined;
}

/** The signal by which it is given up. */
export function signalOf({ signal, cancellation }: Cancellable): AbortSignal | undefined {
  return cancellation?.signal ?? signal;
}

/** As {@link Cancellation.watch}, whichever of the two there is. */
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
