/** An instant as Graph writes it when it has a fraction: seven decimals. Whole seconds have none. */
export function isoInstant(epochMs: number): string {
  const text = new Date(epochMs).toISOString();
  return text.endsWith(".000Z") ? text.replace(".000Z", "Z") : text.replace("Z", "0000Z");
}
