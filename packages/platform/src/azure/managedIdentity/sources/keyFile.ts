import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { type Random, randomGuid } from "../../../core/random.ts";

/** A file with a secret that programs of this account can read. */
export interface KeyFile {
  readonly path: string;
  remove(): void;
}

/** The folder where clients look for the key is not writable. */
class KeyFolderError extends Error {
  override name = "KeyFolderError";
  readonly code = "key_folder_unusable";
  readonly remedy =
    "Run as root or in a container, or create the folder first and make it writable for this account; clients read keys from nowhere else.";

  constructor(folder: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`The key of Azure Arc cannot be written to ${folder}: ${reason}`, { cause });
  }
}

/**
 * `folder` ends with a separator. It is created if missing and never removed, because other processes may use it by
 * then.
 */
export function writeKeyFile(folder: string, random: Random, secret: string): KeyFile {
  const path = `${folder}${randomGuid(random)}.key`;
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path, secret, { mode: 0o600, flag: "wx" });
  } catch (cause) {
    throw new KeyFolderError(folder, cause);
  }
  return { path, remove: () => rmSync(path, { force: true }) };
}
