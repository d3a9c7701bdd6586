import { numberColumn, textColumn } from "../../storage/database.ts";
import type { Directory } from "../directory.ts";
import type { Authentication, ClientPlatform } from "./authentication.ts";
import { newOpaqueToken, opaqueHash } from "./opaqueTokens.ts";

/**
 * What a refresh token stands for: a user and a client. It is not bound to an API nor, for a multi-tenant client, to a
 * tenant.
 */
export interface RefreshGrant {
  readonly tenantId: string;
  readonly clientId: string;
  readonly authentication: Authentication;
  readonly platform: ClientPlatform;
  /** The scopes of the sign-in, for a request without scopes. */
  readonly scope: string;
  readonly issuedMs: number;
  /** For a single-page application: when the sign-in ends, even if tokens are refreshed in the meantime. */
  readonly endsMs: number | undefined;
  /** The user flow of a B2C authority. */
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

/** Issues a refresh token. For a single-page application, the successor of a token inherits its end. */
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

/** Finds a token that can be redeemed again: in the real service the old token stays valid beside its successor. */
export function findRefreshToken(directory: Directory, token: string): StoredRefreshToken | undefined {
  const row = directory.database.get("SELECT * FROM refreshToken WHERE hash = ?", opaqueHash(token));
  return row === undefined
    ? undefined
    : {
        grant: JSON.parse(textColumn(row, "document")) as RefreshGrant,
        expiresMs: numberColumn(row, "expiresMs"),
      };
}
