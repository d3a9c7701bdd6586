/** An entry of a blob, as it was written: its fields are whatever some library, of today or tomorrow, put there. */
export type Entity = Readonly<Record<string, unknown>>;

/** The sections of a blob that are known, in the order in which they are written. */
export const sections = ["Account", "IdToken", "AccessToken", "RefreshToken", "AppMetadata"] as const;
export type Section = (typeof sections)[number];

/** Nothing that a library writes is nested deeper, and nothing deeper can be relied on to be written again. */
const deepest = 100;
/** The latest instant that there is, either way. */
const latestMs = 8.64e15;

export function isEntity(value: unknown): value is Entity {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A field's text. Libraries differ on what stands for nothing: `null`, no field, an empty text. */
export function textOf(entity: Entity, name: string): string {
  const value = entity[name];
  return typeof value === "string" ? value : "";
}

/** Whether an entry belongs to the assertion that an API acts on, not to its user: those entries are kept apart. */
export function isOfAssertion(entity: Entity): boolean {
  return textOf(entity, "userAssertionHash") !== "" || textOf(entity, "user_assertion_hash") !== "";
}

/** An instant in epoch milliseconds: written as seconds, in a text or a number, or as an ISO date. */
export function instantOf(entity: Entity, name: string): number | undefined {
  const value = entity[name];
  const text = typeof value === "string" ? value.trim() : "";
  if (text === "" && typeof value !== "number") return undefined;
  const seconds = Number(value);
  const ms = Number.isNaN(seconds) ? Date.parse(text) : seconds * 1_000;
  return Math.abs(ms) <= latestMs ? ms : undefined;
}

/** An instant as every library writes it: epoch seconds in a decimal text. */
export function secondsText(ms: number): string {
  return String(Math.floor(ms / 1_000));
}

/** The fields that can be written again, without those that are named. */
export function without(entity: Entity, names: ReadonlySet<string>): Entity {
  const left = Object.keys(entity).filter((name) => !names.has(name) && isWritable(entity[name]));
  return Object.fromEntries(left.map((name) => [name, entity[name]]));
}

/** Whether a value can be written again: not what is nested so deep that writing it could overflow the stack. */
export function isWritable(value: unknown, depth: number = deepest): boolean {
  if (typeof value !== "object" || value === null) return value !== undefined;
  return depth > 0 && Object.values(value).every((part) => isWritable(part, depth - 1));
}
