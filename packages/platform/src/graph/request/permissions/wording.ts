/** Formats a time span: "12 s", "3 minutes", "2 hours". */
export function formatDuration(spanMs: number): string {
  const wholeSeconds = Math.max(0, Math.round(spanMs / 1000));
  if (wholeSeconds < 60) {
    return `${wholeSeconds} s`;
  }
  const minutes = Math.round(wholeSeconds / 60);
  if (minutes < 120) {
    return minutes === 1 ? "1 minute" : `${minutes} minutes`;
  }
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} hours` : `${Math.round(hours / 24)} days`;
}

/** Formats a set of permissions: "one of A, B, C together with D". */
export function formatPermissions(set: readonly string[]): string {
  const entries = set.map((entry) => entry.replaceAll(" + ", " together with "));
  return entries.length === 1 ? (entries[0] ?? "") : `one of ${entries.join(", ")}`;
}
