import { numberColumn, textColumn } from "../../storage/database.ts";
import type { Directory } from "../directory.ts";
import type { Authentication, ClientPlatform } from "./authentication.ts";
import { newOpaqueToken, opaqueHash } from "./opaqueTokens.ts";

/** What a refresh token stands for: a user and a client. Neither one API nor, for a multi-tenant client, one tenant. */
export interface RefreshGrant {
  readonly tenantId: string;
  readonly clientId: string;
  readonly authentication: Authentication;
  readonly platform: ClientPlatform;
  /** The scopes of the sign-in, for a request that names none. */
  readonly scope: string;
  readonly issuedMs: number;
  /** Of a single-page application: when the sign-in ends, whatever is refreshed meanwhile. */
  readonly endsMs: number | undefined;
  /** Of a B2C-shaped authority. */
  readonly policy?: string | undefined;
}

export interface StoredRefreshToken {
  readonly grant: RefreshGrant;
  readonly expiresMs: number;
}

const dayMs = 86_400_000;
/** @see https://learn.microsoft.com/entra/identity-platform/refresh-tokens#token-lifetime */
const inactivityMs = 90 * dayMs;
const singlePageLifetimeMs = dayMs;

/** A refresh token; a successor of a single-page application's one inherits its end. */
export function issueRefreshToken(
  directory: Directory,
  grant: Omit<RefreshGrant, "issuedMs" | "endsMs">,
  before?: RefreshGrant | undefined,
): { readonly text: string; readonly expiresMs: number } {
  const issuedMs = directory.clock.now();
  const endsMs = grant.platform === "spa" ? (before?.endsMs ?? issuedMs + singlePageLifetimeMs) : undefined;
  const expiresMs = endsMs ?? issuedMs + inactivityMs;
  const { text, hash } = newOpaqueToken(directory.random, "1.Alk-refresh.");
  directory.database.run("DELETE FROM refreshToken WHERE expiresMs < ?", issuedMs - inactivityMs);
  directory.database.run(
    "INSERT INTO refreshToken (hash, expiresMs, document) VALUES (?, ?, ?)",
    hash,
    expiresMs,
    JSON.stringify({ ...grant, issuedMs, endsMs }),
  );
  return { text, expiresMs };
}

/** Redeeming leaves the token valid: on the real service the old one lives on beside its successor. */
export function findRefreshToken(directory: Directory, token: string): StoredRefreshToken | undefined {
  const row = directory.database.get("SELECT * FROM refreshToken WHERE hash = ?", opaqueHash(token));
  return row === undefined
    ? undefined
    : {
        grant: JSON.parse(textColumn(row, "document")) as RefreshGrant,
        expiresMs: numberColumn(row, "expiresMs"),
      };
}
