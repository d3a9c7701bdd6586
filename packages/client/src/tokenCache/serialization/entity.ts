/** An entry of a blob, as it was written: its fields are whatever some library, of today or tomorrow, put there. */
export type Entity = Readonly<Record<string, unknown>>;

/** The sections of a blob that are known, in the order in which they are written. */
export const sections = ["Account", "IdToken", "AccessToken", "RefreshToken", "AppMetadata"] as const;
export type Section = (typeof sections)[number];

/** Nothing that a library writes is nested deeper, and nothing deeper can be relied on to be written again. */
const maxDepth = 100;
/** The latest instant that there is, either way. */
const latestMs = 8.64e15;

/** A field's text. Libraries differ on what stands for nothing: `null`, no field, an empty text. */
export function textOf(entity: Entity, name: string): string {
  return asText(entity[name]);
}

/** As {@link textOf}: in the loops over all tokens a field that is named in the code is read faster. */
export function asText(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** An entry and the key that it came by. */
export interface KeyedEntity {
  readonly key: string;
  readonly entity: Entity;
}

/** Whether an entry belongs to the assertion that an API acts on, not to its user: those entries are kept apart. */
export function isOfAssertion({ userAssertionHash, user_assertion_hash }: Entity): boolean {
  return asText(userAssertionHash) !== "" || asText(user_assertion_hash) !== "";
}

/** An instant in epoch milliseconds: written as seconds, in a text or a number, or as an ISO date. */
export function instantOf(entity: Entity, name: string): number | undefined {
  return asInstant(entity[name]);
}

export function asInstant(value: unknown): number | undefined {
  if (typeof value !== "string" && typeof value !== "number") {
    return undefined;
  }
  const seconds = Number(value);
  // What is blank reads like a zero.
  if (seconds === 0 && asText(value).trim() === "" && value !== 0) {
    return undefined;
  }
  const ms = Number.isNaN(seconds) ? Date.parse(asText(value)) : seconds * 1_000;
  return Math.abs(ms) <= latestMs ? ms : undefined;
}

/** An instant as every library writes it: epoch seconds in a decimal text. */
export function secondsText(ms: number): string {
  return String(Math.floor(ms / 1_000));
}

/** The fields that can be written again, without those that are named. */
export function omit(entity: Entity, names: ReadonlySet<string>): Entity {
  const all = Object.keys(entity);
  if (all.every((name) => names.has(name))) {
    return emptyEntity;
  }
  const left = all.filter((name) => !names.has(name) && isWritable(entity[name]));
  return Object.fromEntries(left.map((name) => [name, entity[name]]));
}

/** As {@link omit}, for very many entities: one that has the fields of the last is not looked through. */
export function createOmitter(names: ReadonlySet<string>): (entity: Entity) => Entity {
  let usual: readonly string[] = [];
  return (entity) => {
    if (hasFields(entity, usual)) {
      return emptyEntity;
    }
    const others = omit(entity, names);
    if (others === emptyEntity) {
      usual = Object.keys(entity);
    }
    return others;
  };
}

function hasFields(entity: Entity, names: readonly string[]): boolean {
  let at = 0;
  for (const name in entity) {
    if (name !== names[at++]) {
      return false;
    }
  }
  return at === names.length;
}

/** The one entity without fields: most have none beyond those that are known. */
export const emptyEntity: Entity = {};

/** Whether a value can be written again: not what is nested so deep that writing it could overflow the stack. */
export function isWritable(value: unknown, depth: number = maxDepth): boolean {
  if (typeof value !== "object" || value === null) {
    return value !== undefined;
  }
  return depth > 0 && Object.values(value).every((part) => isWritable(part, depth - 1));
}
