import { ConfigurationError } from "../errors/errors.ts";
import { isObject, parseObject } from "../runtime/json.ts";

type Json = { readonly [name: string]: unknown };

/**
 * The `claims` parameter of a request: merges a claims challenge, the application's own claims request and its
 * capabilities; the challenge takes precedence over the application's own.
 *
 * @see OpenID Connect Core 1.0 section 5.5
 * @see https://learn.microsoft.com/entra/identity-platform/claims-challenge
 */
export function mergeClaims(
  challenge: string | undefined,
  fromClient: string | undefined,
  capabilities: readonly string[],
): string | undefined {
  const parts = [
    ...(fromClient === undefined ? [] : [parseClaims("claimsFromClient", fromClient)]),
    ...(challenge === undefined ? [] : [parseClaims("claims", challenge)]),
    ...(capabilities.length === 0 ? [] : [{ access_token: { xms_cc: { values: capabilities } } }]),
  ];
  // A single text is sent unchanged.
  if (parts.length === 1 && capabilities.length === 0) {
    return challenge ?? fromClient;
  }
  try {
    return parts.length === 0 ? undefined : JSON.stringify(parts.reduce<Json>(merge, {}));
  } catch {
    throw wrongClaims("claims", "nested too deeply");
  }
}

function merge(into: Json, more: Json): Json {
  const merged = Object.entries(more).map(([name, value]) => {
    const known = into[name];
    return [name, isObject(known) && isObject(value) ? merge(known, value) : value] as const;
  });
  return { ...into, ...Object.fromEntries(merged) };
}

function parseClaims(option: string, claims: string): Json {
  const value = parseObject(claims);
  if (value) {
    return value;
  }
  throw wrongClaims(option, "not a JSON object");
}

function wrongClaims(option: string, found: string): ConfigurationError {
  return new ConfigurationError(`${option} is ${found}.`, {
    code: "invalid_options",
    remedy: `Pass ${option} as JSON text; decode the claims of a challenge from base64 first.`,
  });
}
