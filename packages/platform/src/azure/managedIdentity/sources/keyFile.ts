import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { type Random, randomGuid } from "../../../core/random.ts";

/** A secret left where programs of this account can read it. */
export interface KeyFile {
  readonly path: string;
  remove(): void;
}

/** The folder in which clients look for the key cannot be used. */
class KeyFolderError extends Error {
  override name = "KeyFolderError";
  readonly code = "key_folder_unusable";
  readonly remedy =
    "Run as root or in a container, or make the folder beforehand and let this account write to it: clients take a key from no other.";

  constructor(folder: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`The key of Azure Arc cannot be left in ${folder}: ${reason}`, { cause });
  }
}

/** `folder` ends with a separator. It is made where it is missing, and stays: others may use it by then. */
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
