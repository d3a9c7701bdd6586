/**
 * Where the library writes what it does: fields first, then a sentence. `console` and pino fit as they are.
 * No secret, token or assertion ever reaches it.
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

/** Keeps nothing. */
export const silentLogger: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
