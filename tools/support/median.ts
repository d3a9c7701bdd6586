/** Returns the middle value, or the mean of the two middle ones; `NaN` for an empty list. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [lower = Number.NaN, upper = Number.NaN] = [sorted.at((sorted.length - 1) / 2), sorted[middle]];
  return (lower + upper) / 2;
}
