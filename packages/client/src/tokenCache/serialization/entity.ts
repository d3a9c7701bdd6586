/** An entry of a blob, as it was written: its fields are whatever some library, of today or tomorrow, put there. */
export type Entity = Readonly<Record<string, unknown>>;

/** The sections of a blob that are known, in the order in which they are written. */
export const sections = ["Account", "IdToken", "AccessToken", "RefreshToken", "AppMetadata"] as const;
export type Section = (typeof sections)[number];

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
  const text = typeof value === "number" ? String(value) : textOf(entity, name).trim();
  if (text === "") return undefined;
  const ms = Number.isNaN(Number(text)) ? Date.parse(text) : Number(text) * 1_000;
  return Number.isFinite(ms) ? ms : undefined;
}

/** An instant as every library writes it: epoch seconds in a decimal text. */
export function secondsText(ms: number): string {
  return String(Math.floor(ms / 1_000));
}

/** The fields without those that are named, or that have no value. */
export function without(entity: Entity, names: ReadonlySet<string>): Entity {
  return Object.fromEntries(Object.entries(entity).filter(([name, value]) => !names.has(name) && value !== undefined));
}
