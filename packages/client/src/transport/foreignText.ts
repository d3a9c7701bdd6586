const maximumLength = 1_000;

/** Names of request parameters whose values are public; every other value is masked wherever a server repeats it. */
const publicParameters = new Set([
  "grant_type",
  "client_id",
  "scope",
  "client_assertion_type",
  "claims",
  "requested_token_use",
]);

/** The values of a request that must not come back in an error, in the spellings that an echo may use. */
export function confidentialValues(
  parameters: Iterable<readonly [string, string]>,
  headers: Iterable<readonly [string, string]>,
): string[] {
  const values = [...headers]
    .filter(([name]) => name === "authorization")
    .map(([, value]) => value.replace(/^\w+ /, ""));
  for (const [name, value] of parameters) if (!publicParameters.has(name) && value !== "") values.push(value);
  const spellings = values.flatMap((value) => [
    value,
    encodeURIComponent(value),
    new URLSearchParams({ value }).toString().slice("value=".length),
    JSON.stringify(value).slice(1, -1),
    escapeHtml(value),
  ]);
  return [...new Set(spellings)].sort((a, b) => b.length - a.length);
}

/** Text from a server, fit for an error: our own values masked, control characters gone, cut at 1,000 characters. */
export function quoteForeign(text: string, confidential: readonly string[]): string {
  let masked = text;
  for (const value of confidential) masked = masked.replaceAll(value, "***");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what has to go
  const clean = masked.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ").trim();
  return clean.length > maximumLength ? `${clean.slice(0, maximumLength)}…` : clean;
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
