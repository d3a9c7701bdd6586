import { isGuid } from "../../core/guid.ts";
import type { Json } from "../../directory/applications/applicationProperties.ts";
import { GraphError } from "../request/graphErrors/graphError.ts";
import type { JsonObject } from "../request/route.ts";

/** What a request body may set: a check of the value, or `readOnly` when the property cannot be set. */
export type BodyRule = ((value: Json) => boolean) | "readOnly";
export type BodyRules = { readonly [property: string]: BodyRule };

/**
 * Throws for the first property of a body that is unknown, read-only or has an invalid value. OData annotations such as
 * `@odata.type` are ignored.
 */
export function checkBody(body: JsonObject, resource: string, rules: BodyRules): void {
  for (const [property, value] of Object.entries(body)) {
    if (property.includes("@")) {
      continue;
    }
    const rule = Object.hasOwn(rules, property) ? rules[property] : undefined;
    if (rule === undefined) {
      throw new GraphError(
        "unknownProperty",
        { property },
        { reason: `"${property}" of ${resource} is unknown or not supported by this platform` },
      );
    }
    if (rule === "readOnly") {
      throw new GraphError("readOnlyProperty", { property });
    }
    if (!rule(value)) {
      throw new GraphError("invalidValue", { property, resource });
    }
  }
}

/** Throws when a required property is missing or null. */
export function requireProperties(body: JsonObject, resource: string, required: readonly string[]): void {
  const property = required.find((name) => (body[name] ?? null) === null);
  if (property !== undefined) {
    throw new GraphError("valueRequired", { property, resource });
  }
}

export function isText(maxLength: number, minLength = 0): (value: Json) => value is string {
  return (value: Json): value is string =>
    typeof value === "string" && value.length >= minLength && value.length <= maxLength && !/\p{Cc}/u.test(value);
}

export function isTextOrNull(maxLength: number): (value: Json) => value is string | null {
  return (value: Json): value is string | null => value === null || isText(maxLength)(value);
}

export function isBoolean(value: Json): value is boolean {
  return typeof value === "boolean";
}

export function isBooleanOrNull(value: Json): value is boolean | null {
  return value === null || typeof value === "boolean";
}

export function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isArrayOf<Item extends Json>(
  test: (value: Json) => value is Item,
  maxItems: number = Number.POSITIVE_INFINITY,
): (value: Json) => value is readonly Item[] {
  return (value: Json): value is readonly Item[] => isArray(value) && value.length <= maxItems && value.every(test);
}

export function isGuidText(value: Json): value is string {
  return typeof value === "string" && isGuid(value);
}

export function isOneOf(...allowed: readonly string[]): (value: Json) => boolean {
  return (value: Json) => typeof value === "string" && allowed.includes(value);
}

export function isAnything(): boolean {
  return true;
}

/** Epoch milliseconds of an ISO 8601 instant, or `undefined`. */
export function parseInstant(value: Json | undefined): number | undefined {
  if (typeof value !== "string" || !/^\d{4}-\d{2}-\d{2}(?:T[\d:.]+(?:Z|[+-]\d{2}:\d{2})?)?$/i.test(value)) {
    return undefined;
  }
  const epochMs = Date.parse(value);
  return Number.isNaN(epochMs) ? undefined : epochMs;
}
