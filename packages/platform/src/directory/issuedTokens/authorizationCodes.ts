import { numberColumn, textColumn } from "../../storage/database.ts";
import type { Directory } from "../directory.ts";
import type { Authentication, ClientPlatform } from "./authentication.ts";
import { newOpaqueToken, opaqueHash } from "./opaqueTokens.ts";

/** What a code was issued for. The request that redeems it must match. */
export interface CodeGrant {
  readonly tenantId: string;
  readonly clientId: string;
  readonly authentication: Authentication;
  readonly platform: ClientPlatform;
  /** As it was sent; absent when the authorization request omitted it. */
  readonly redirectUri: string | undefined;
  /** Version 2: the requested scopes. Version 1: empty. */
  readonly scope: string;
  /** Version 1 only. */
  readonly resource: string | undefined;
  readonly nonce: string | undefined;
  /** The `claims` parameter of the authorization request. */
  readonly claims: string | undefined;
  readonly challenge: CodeChallenge | undefined;
  /** The user flow of a B2C authority. */
  readonly policy?: string | undefined;
}

/**
 * Base64url SHA-256 of the verifier, whatever the method: a plain challenge is the verifier itself, which is not
 * stored.
 */
export interface CodeChallenge {
  readonly method: "S256" | "plain";
  readonly verifierHash: string;
}

export interface StoredCode {
  readonly grant: CodeGrant;
  readonly expiresMs: number;
  readonly isRedeemed: boolean;
}

/** @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow */
const lifetimeMs = 10 * 60_000;
/** Expired codes are stored for a while, so that a late request gets "expired" and not "unknown". */
const retentionMs = 86_400_000;

export function issueCode(directory: Directory, grant: CodeGrant): string {
  const nowMs = directory.clock.now();
  const { text, hash } = newOpaqueToken(directory.random, "1.Alk-code.");
  directory.database.run("DELETE FROM authorizationCode WHERE expiresMs < ?", nowMs - retentionMs);
  directory.database.run(
    "INSERT INTO authorizationCode (hash, expiresMs, isRedeemed, document) VALUES (?, ?, 0, ?)",
    hash,
    nowMs + lifetimeMs,
    JSON.stringify(grant),
  );
  return text;
}

export function findCode(directory: Directory, code: string): StoredCode | undefined {
  const row = directory.database.get("SELECT * FROM authorizationCode WHERE hash = ?", opaqueHash(code));
  return row === undefined
    ? undefined
    : {
        grant: JSON.parse(textColumn(row, "document")) as CodeGrant,
        expiresMs: numberColumn(row, "expiresMs"),
        isRedeemed: numberColumn(row, "isRedeemed") === 1,
      };
}

/** Returns false when the code was already redeemed. */
export function redeemCode(directory: Directory, code: string): boolean {
  const sql = "UPDATE authorizationCode SET isRedeemed = 1 WHERE hash = ? AND isRedeemed = 0";
  return directory.database.run(sql, opaqueHash(code)) === 1;
}
