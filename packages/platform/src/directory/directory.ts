import type { Clock } from "../core/clock.ts";
import type { Random } from "../core/random.ts";
import type { Database } from "../storage/database.ts";
import type { Json } from "./applications/applicationProperties.ts";

/** What all functions of the directory work on: the database, the time, and the source of new ids. */
export interface Directory {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  /** Parses a stored document. Unchanged text is parsed once. The value is shared: never modify it. */
  readonly parse: (key: string, text: string) => unknown;
  /**
   * Returns the result of a lookup, which is read again only after the database has changed. The value is shared: never
   * modify it. `sizeOf`: the number of objects in it. Default 1.
   */
  readonly memoize: <Value>(key: string, read: () => Value, sizeOf?: (value: Value) => number) => Value;
}

const parsedLimit = 500;
/** In objects, over all values. */
const memoizedLimit = 2000;

export function openDirectory(database: Database, clock: Clock, random: Random): Directory {
  const parsed = new Map<string, { text: string; value: unknown }>();
  const memoized = new Map<string, unknown>();
  let memoizedVersion = -1;
  let memoizedSize = 0;
  return {
    database,
    clock,
    random,
    memoize<Value>(key: string, read: () => Value, sizeOf: (value: Value) => number = () => 1) {
      const version = database.version();
      if (version !== memoizedVersion || memoizedSize >= memoizedLimit) {
        memoized.clear();
        memoizedVersion = version;
        memoizedSize = 0;
      }
      if (memoized.has(key)) {
        return memoized.get(key) as Value;
      }
      const value = read();
      memoized.set(key, value);
      memoizedSize += sizeOf(value);
      return value;
    },
    parse(key, text) {
      const cached = parsed.get(key);
      // Comparing the text detects changes by anyone, including other processes.
      if (cached?.text === text) {
        return cached.value;
      }
      const value: unknown = JSON.parse(text);
      if (parsed.size >= parsedLimit) {
        parsed.clear();
      }
      parsed.set(key, { text, value });
      return value;
    },
  };
}

/** Formats an instant as Graph formats stored ones: UTC, whole seconds. */
export function isoSeconds(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19)}Z`;
}

/** Formats an instant as Graph formats fractional ones, with seven decimals. Whole seconds have none. */
export function isoInstant(epochMs: number): string {
  const text = new Date(epochMs).toISOString();
  return text.endsWith(".000Z") ? text.replace(".000Z", "Z") : text.replace("Z", "0000Z");
}

/** Returns a property that is stored in its wire format. */
export function storedValue(item: object, property: string): Json {
  return (item as { readonly [name: string]: Json | undefined })[property] ?? null;
}
