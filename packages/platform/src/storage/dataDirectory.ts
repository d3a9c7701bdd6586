import { mkdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** The platform's data cannot be kept where it was told to keep it. */
export class DataDirectoryError extends Error {
  override name = "DataDirectoryError";
  readonly code = "data_directory_unusable";
  readonly remedy =
    "Name a folder that this account may write to (dataDirectory, --data-dir), or keep the data in memory (no dataDirectory, --memory).";

  constructor(path: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`The data directory ${path} cannot be used: ${reason}`, { cause });
  }
}

/** Makes the folder for the platform's data, and those above it, where they are missing; only this account may enter. */
export function makeDataDirectory(path: string): void {
  try {
    makeFolder(resolve(path));
  } catch (cause) {
    throw new DataDirectoryError(path, cause);
  }
}

/** Step by step: Node's recursive mkdir does not come back from folders that refuse it, such as those below /proc. */
function makeFolder(path: string): void {
  if (isFolder(path)) {
    return;
  }
  const parent = dirname(path);
  if (parent !== path) {
    makeFolder(parent);
  }
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Another process may have been faster.
    if (!isFolder(path)) {
      throw error;
    }
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
