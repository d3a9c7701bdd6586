/** An entry of a blob, as written: its fields are whatever any library puts there. */
export type Entity = Readonly<Record<string, unknown>>;

/** The known sections of a blob, in writing order. */
export const sections = ["Account", "IdToken", "AccessToken", "RefreshToken", "AppMetadata"] as const;
export type Section = (typeof sections)[number];

/** No library nests deeper, and deeper values may be impossible to write again. */
const maxDepth = 100;
/** The latest representable time, in either direction. */
const latestMs = 8.64e15;

/** A string field. Libraries differ on missing values: `null`, no field, an empty string. */
export function textOf(entity: Entity, name: string): string {
  return asText(entity[name]);
}

/** Like {@link textOf}, but faster in loops over all tokens, where the field name is in the code. */
export function asText(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** An entry with its key. */
export interface KeyedEntity {
  readonly key: string;
  readonly entity: Entity;
}

/** Whether an entry belongs to an on-behalf-of assertion and not to its user: those entries are separate. */
export function isOfAssertion({ userAssertionHash, user_assertion_hash }: Entity): boolean {
  return asText(userAssertionHash) !== "" || asText(user_assertion_hash) !== "";
}

/** A time in epoch milliseconds: written as seconds, in a string or a number, or as an ISO date. */
export function instantOf(entity: Entity, name: string): number | undefined {
  return asInstant(entity[name]);
}

export function asInstant(value: unknown): number | undefined {
  if (typeof value !== "string" && typeof value !== "number") {
    return undefined;
  }
  const seconds = Number(value);
  // A blank string would convert to zero.
  if (seconds === 0 && asText(value).trim() === "" && value !== 0) {
    return undefined;
  }
  const ms = Number.isNaN(seconds) ? Date.parse(asText(value)) : seconds * 1_000;
  return Math.abs(ms) <= latestMs ? ms : undefined;
}

/** A time as every library writes it: epoch seconds as a decimal string. */
export function secondsText(ms: number): string {
  return String(Math.floor(ms / 1_000));
}

/** The writable fields except the named ones. */
export function omit(entity: Entity, names: ReadonlySet<string>): Entity {
  const all = Object.keys(entity);
  if (all.every((name) => names.has(name))) {
    return emptyEntity;
  }
  const left = all.filter((name) => !names.has(name) && isWritable(entity[name]));
  return Object.fromEntries(left.map((name) => [name, entity[name]]));
}

/** Like {@link omit}, for many entities: one with the same fields as the previous one is not examined. */
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

/** The shared empty entity: most have no unknown fields. */
export const emptyEntity: Entity = {};

/** Whether a value can be written again: not if it is nested so deeply that this could overflow the stack. */
export function isWritable(value: unknown, depth: number = maxDepth): boolean {
  if (typeof value !== "object" || value === null) {
    return value !== undefined;
  }
  return depth > 0 && Object.values(value).every((part) => isWritable(part, depth - 1));
}
