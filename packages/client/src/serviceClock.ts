/** Clocks that differ by less are taken for equal: whoever checks a time allows for more. */
const toleranceMs = 30_000;

/**
 * How far the clock of a service is ahead of ours, in milliseconds, by the `Date` of an answer; 0 where the two may agree,
 * for all that the time on the way tells; `undefined` where it does not say.
 *
 * @see RFC 9110 section 6.6.1
 */
export function readAheadMs(date: string | null, sentAtMs: number, receivedAtMs: number): number | undefined {
  const dateMs = Date.parse(date ?? "");
  if (Number.isNaN(dateMs)) return undefined;
  // It was written between the two, and the rest of its second is cut off.
  const [least, most] = [dateMs - receivedAtMs, dateMs + 1_000 - sentAtMs];
  return least > toleranceMs || most < -toleranceMs ? (least + most) / 2 : 0;
}
