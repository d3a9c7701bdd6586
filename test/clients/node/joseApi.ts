import { createRemoteJWKSet, type JWTVerifyOptions, jwtVerify } from "jose";
import { readSettings, serve } from "./webApplication.ts";

interface Settings {
  /** For each version, the address of the tenant's metadata. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly audiences: string[];
}

const { metadata, audiences: audience } = readSettings<Settings>();

/** Verifies a request's token, as an API does that accepts tokens of one version. */
async function checker(address: string): Promise<(request: Request) => Promise<Response>> {
  const { issuer, jwks_uri } = (await (await fetch(address)).json()) as { issuer: string; jwks_uri: string };
  // No delay between two lookups of an unknown key; the default is half a minute.
  const keys = createRemoteJWKSet(new URL(jwks_uri), { cooldownDuration: 0 });
  const options: JWTVerifyOptions = { issuer, audience, algorithms: ["RS256"] };
  return async ({ headers }) => {
    const token = /^Bearer (.+)$/.exec(headers.get("authorization") ?? "")?.[1] ?? "";
    return Response.json((await jwtVerify(token, keys, options)).payload);
  };
}

const checkers = await Promise.all(
  Object.entries(metadata).map(async ([version, address]) => [`/${version}`, await checker(address)] as const),
);

await serve(() => Object.fromEntries(checkers));
