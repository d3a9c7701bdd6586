import type { Json } from "./applicationProperties.ts";

/** A property that is stored just as it stands on the wire. */
export function storedValue(item: object, property: string): Json {
  const value: Json | undefined = Reflect.get(item, property);
  return value ?? null;
}
