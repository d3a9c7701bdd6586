import type { IdentityAnswer, ManagedIdentitySource } from "./sources/source.ts";

/** An answer with the headers that all of the host's have. */
export function toResponse(
  { headers: ofSource }: ManagedIdentitySource,
  { status, headers, body }: IdentityAnswer,
): Response {
  const fixed = { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" };
  return new Response(JSON.stringify(body), { status, headers: { ...fixed, ...ofSource, ...headers } });
}
