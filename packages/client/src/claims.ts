import { ConfigurationError } from "./errors.ts";

type Json = { readonly [name: string]: unknown };

/**
 * The `claims` parameter of a token request: a claims challenge merged with the client's capabilities.
 * @see OpenID Connect Core 1.0 section 5.5
 * @see https://learn.microsoft.com/entra/identity-platform/claims-challenge
 */
export function mergeClaims(claims: string | undefined, capabilities: readonly string[]): string | undefined {
  if (claims === undefined && capabilities.length === 0) return undefined;
  const challenge = claims === undefined ? {} : parseClaims(claims);
  if (capabilities.length === 0) return claims;
  const accessToken = isObject(challenge["access_token"]) ? challenge["access_token"] : {};
  return JSON.stringify({ ...challenge, access_token: { ...accessToken, xms_cc: { values: capabilities } } });
}

function parseClaims(claims: string): Json {
  try {
    const value: unknown = JSON.parse(claims);
    if (isObject(value)) return value;
  } catch {
    // Reported below, with the remedy.
  }
  throw new ConfigurationError("claims is not the text of a JSON object.", {
    code: "invalid_options",
    remedy: "Pass the claims of the challenge, base64-decoded, as they are.",
  });
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
