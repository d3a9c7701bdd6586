import type { Json } from "./applications/applicationProperties.ts";

/** A property that is stored just as it stands on the wire. */
export function storedValue(item: object, property: string): Json {
  return (item as { readonly [name: string]: Json | undefined })[property] ?? null;
}
