export type Claims = { readonly [name: string]: unknown };

/** The JSON object in a part of a JWT, or `undefined`. */
export function decodeJson(part: string): Claims | undefined {
  return parseJsonObject(Buffer.from(part, "base64url").toString("utf8"));
}

/** The claim if it is text, otherwise the empty string. */
export function stringClaim(claims: Claims | undefined, name: string): string {
  const value = claims?.[name];
  return typeof value === "string" ? value : "";
}

/** The JSON object in a text, or `undefined`. */
export function parseJsonObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
