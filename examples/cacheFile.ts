// Tokens in a file that outlives the process, for a tool with one user on one machine.
import { randomUUID } from "node:crypto";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import type { CachePlugin } from "@latchkey/client";

/**
 * A cache plugin over one JSON file, such as `sample_cache.json`, in the format that all MSALs read. Only the file's
 * owner can read it (on Windows: the users who may read its folder). It is replaced as a whole, so that no other
 * process reads half of it.
 *
 * If processes write at the same moment, the last one wins, and what the other had got is requested again when needed:
 * enough for command-line tools. A group of servers needs a store with locks.
 */
export function cacheFile(path: string): CachePlugin {
  return {
    async beforeCacheAccess({ tokenCache }) {
      tokenCache.deserialize(await readIfThere(path));
    },
    async afterCacheAccess({ cacheHasChanged, tokenCache }) {
      if (cacheHasChanged) {
        await replace(path, tokenCache.serialize());
      }
    },
  };
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      return "";
    }
    throw error;
  }
}

async function replace(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomUUID()}`;
  try {
    await writeFile(draft, text, { mode: 0o600, flag: "wx" });
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
