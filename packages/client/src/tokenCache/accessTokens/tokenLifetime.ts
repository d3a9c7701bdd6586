import { type Random, randomFraction } from "../../runtime/random.ts";

/** A token counts as expired this long before it is, so that it is still valid when it reaches an API. */
export const expiryMarginMs = 300_000;
/** Ten years: a longer lifetime is damaged data or in another unit. */
export const maxLifetimeMs = 315_360_000_000;
/** Tokens that live at least this long are refreshed at half of their lifetime even without the service's advice. */
const longLifetimeMs = 7_200_000;
/** Refreshes are spread over up to this long, so that instances started together do not refresh together. */
const longestSpreadMs = 300_000;

/** Draws fractions of 1: the first at random, each further one far from the earlier ones. */
export function spreadEvenly(random: Random): () => number {
  const goldenRatio = 0.618_034;
  let next: number | undefined;
  return () => {
    const drawn = next ?? randomFraction(random);
    next = (drawn + goldenRatio) % 1;
    return drawn;
  };
}

/** How long before its end a token counts as expired: a fifth of a short lifetime. */
export function marginOf(lifetimeMs: number): number {
  return Math.max(0, Math.min(expiryMarginMs, lifetimeMs / 5));
}

/**
 * The delay until a newer token is requested: as the service advises (`refresh_in`), or else half of a long lifetime,
 * plus a part of the spread chosen by `draw()`. `Infinity`: not before the token counts as expired.
 */
export function refreshAfter(lifetimeMs: number, adviceMs: number | undefined, draw: () => number): number {
  if (adviceMs === undefined && lifetimeMs < longLifetimeMs) {
    return Number.POSITIVE_INFINITY;
  }
  const dueMs = adviceMs ?? lifetimeMs / 2;
  return dueMs + draw() * Math.max(0, Math.min(longestSpreadMs, (lifetimeMs - dueMs) / 10));
}
