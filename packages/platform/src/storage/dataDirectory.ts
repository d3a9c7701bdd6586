import { mkdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** The data directory cannot be used. */
export class DataDirectoryError extends Error {
  override name = "DataDirectoryError";
  readonly code = "data_directory_unusable";
  readonly remedy =
    "Choose a folder that this account can write to (dataDirectory, --data-dir), or store the data in memory (no dataDirectory, --memory).";

  constructor(path: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`The data directory ${path} cannot be used: ${reason}`, { cause });
  }
}

/** Creates the folder for the platform's data and missing parent folders. Only this account can access them. */
export function makeDataDirectory(path: string): void {
  try {
    makeFolder(resolve(path));
  } catch (cause) {
    throw new DataDirectoryError(path, cause);
  }
}

/**
 * Creates one folder at a time: Node's recursive mkdir never returns for folders that refuse it, such as those below
 * /proc.
 */
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
    // Another process may have created it.
    if (!isFolder(path)) {
      throw error;
    }
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
