/**
 * Receives the library's log entries: fields first, then a message. `console` and pino can be passed directly. It never
 * receives a secret, token or assertion.
 *
 * @example
 * ```ts
 * import type { Logger } from "@latchkey/client";
 *
 * const logger: Logger = console;
 * ```
 */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

const nothing = (): void => {};

/** Discards everything. */
export const silentLogger: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
