import { randomText } from "../../core/random.ts";
import { numberColumn, optionalTextColumn, type Row, textColumn } from "../../storage/database.ts";
import type { Directory } from "../directory.ts";
import type { Authentication } from "./authentication.ts";
import { newOpaqueToken, opaqueHash } from "./opaqueTokens.ts";

/** What a device requested. */
export interface DeviceRequest {
  /** The first path segment that the device used: a tenant or a shared name. */
  readonly tenantSegment: string;
  readonly clientId: string;
  readonly version: 1 | 2;
  readonly scope: string;
  /** Version 1 only. */
  readonly resource: string | undefined;
}

export interface StoredDeviceCode {
  readonly request: DeviceRequest;
  readonly expiresMs: number;
  readonly state: "pending" | "approved" | "declined" | "redeemed";
  /** The user who approved, and the tenant. */
  readonly approval: DeviceApproval | undefined;
}

export interface DeviceApproval {
  readonly tenantId: string;
  readonly authentication: Authentication;
}

/** @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code */
export const deviceCodeLifetimeMs: number = 15 * 60_000;
const retentionMs = 86_400_000;
/** Characters that are easily confused are left out. */
const userCodeAlphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

export function issueDeviceCode(
  directory: Directory,
  request: DeviceRequest,
): { readonly deviceCode: string; readonly userCode: string } {
  const nowMs = directory.clock.now();
  const { text: deviceCode, hash } = newOpaqueToken(directory.random, "1.Alk-device.");
  const userCode = randomText(directory.random, userCodeAlphabet, 9);
  directory.database.run("DELETE FROM deviceCode WHERE expiresMs < ?", nowMs - retentionMs);
  directory.database.run(
    "INSERT INTO deviceCode (hash, userCodeHash, expiresMs, state, document) VALUES (?, ?, ?, 'pending', ?)",
    hash,
    opaqueHash(userCode),
    nowMs + deviceCodeLifetimeMs,
    JSON.stringify(request),
  );
  return { deviceCode, userCode };
}

export function findDeviceCode(directory: Directory, deviceCode: string): StoredDeviceCode | undefined {
  return read(directory.database.get("SELECT * FROM deviceCode WHERE hash = ?", opaqueHash(deviceCode)));
}

/** Finds the code that a user types. Case, spaces and hyphens are ignored. */
export function findUserCode(directory: Directory, userCode: string): StoredDeviceCode | undefined {
  const row = directory.database.get("SELECT * FROM deviceCode WHERE userCodeHash = ?", userCodeHash(userCode));
  return read(row);
}

/** Approves a pending request, or declines it without an approval. Returns false when it is no longer pending. */
export function answerDeviceCode(
  directory: Directory,
  userCode: string,
  approval: DeviceApproval | undefined,
): boolean {
  const sql = "UPDATE deviceCode SET state = ?, authentication = ? WHERE userCodeHash = ? AND state = 'pending'";
  const state = approval === undefined ? "declined" : "approved";
  const document = approval === undefined ? null : JSON.stringify(approval);
  return directory.database.run(sql, state, document, userCodeHash(userCode)) === 1;
}

export function redeemDeviceCode(directory: Directory, deviceCode: string): boolean {
  const sql = "UPDATE deviceCode SET state = 'redeemed' WHERE hash = ? AND state = 'approved'";
  return directory.database.run(sql, opaqueHash(deviceCode)) === 1;
}

function userCodeHash(userCode: string): Buffer {
  return opaqueHash(userCode.toUpperCase().replace(/[\s-]/g, ""));
}

function read(row: Row | undefined): StoredDeviceCode | undefined {
  if (row === undefined) {
    return undefined;
  }
  const approval = optionalTextColumn(row, "authentication");
  return {
    request: JSON.parse(textColumn(row, "document")) as DeviceRequest,
    expiresMs: numberColumn(row, "expiresMs"),
    state: textColumn(row, "state") as StoredDeviceCode["state"],
    approval: approval === undefined ? undefined : (JSON.parse(approval) as DeviceApproval),
  };
}
