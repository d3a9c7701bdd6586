import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { stateDirectory } from "./stateDirectory.ts";
import type { Terminal } from "./terminal.ts";

/** The local platform's own certificate authority is trusted for a loopback address, and for nothing else. */
export async function localAuthorities(address: string, terminal: Terminal): Promise<string[]> {
  const host = URL.canParse(address) ? new URL(address).hostname : "";
  if (host !== "localhost" && host !== "[::1]" && !/^127\./.test(host)) return [];
  const file = join(stateDirectory(terminal.environment), "ca-certificate.pem");
  return readFile(file, "utf8").then(
    (pem) => [pem],
    () => [],
  );
}
