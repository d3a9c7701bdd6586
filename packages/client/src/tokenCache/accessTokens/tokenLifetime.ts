import { type Random, randomFraction } from "../../runtime/random.ts";

/** A token counts as expired this long before it is, so that it is still good when it arrives at an API. */
export const expiryMarginMs = 300_000;
/** No token lives longer: what says so has another unit, or is damaged. Ten years. */
export const maxLifetimeMs = 315_360_000_000;
/** What lives as long as this is refreshed at half of its life though the service does not advise it. */
const longLifetimeMs = 7_200_000;
/** Refreshes are spread over up to this much time, so that a fleet that started together does not come together. */
const longestSpreadMs = 300_000;

/** Draws fractions of 1: the first at random, each further one where the earlier ones are not. */
export function spreadEvenly(random: Random): () => number {
  const goldenRatio = 0.618_034;
  let next: number | undefined;
  return () => {
    const drawn = next ?? randomFraction(random);
    next = (drawn + goldenRatio) % 1;
    return drawn;
  };
}

/** How long before its end a token of this life counts as expired: one of short life for a fifth of it. */
export function marginOf(lifetimeMs: number): number {
  return Math.max(0, Math.min(expiryMarginMs, lifetimeMs / 5));
}

/**
 * How long after now a newer token is asked for: as the service advises (`refresh_in`), else after half of a long life; a
 * while later, at `draw()` of what the spread allows. `Infinity`: not before the token counts as expired.
 */
export function refreshAfter(lifetimeMs: number, adviceMs: number | undefined, draw: () => number): number {
  if (adviceMs === undefined && lifetimeMs < longLifetimeMs) {
    return Number.POSITIVE_INFINITY;
  }
  const dueMs = adviceMs ?? lifetimeMs / 2;
  return dueMs + draw() * Math.max(0, Math.min(longestSpreadMs, (lifetimeMs - dueMs) / 10));
}
