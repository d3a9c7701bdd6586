import { join } from "node:path";
import { npm } from "./npmCommand.js";
import { packages } from "./workspaces.js";

/** Packs every workspace as for publishing and resolves to the tarballs by package name. */
export async function packPackages(root: string, destination: string): Promise<ReadonlyMap<string, string>> {
  const tarballs = new Map<string, string>();
  for (const { name, folder } of packages(root)) {
    const { code, stdout, output } = await npm(["pack", "--json", "--pack-destination", destination], { cwd: folder });
    if (code !== 0) throw new Error(`npm could not pack ${name}:\n${output}`);
    tarballs.set(name, join(destination, filenameIn(stdout)));
  }
  return tarballs;
}

function filenameIn(answer: string): string {
  const parsed: unknown = JSON.parse(answer);
  // npm 11 answers with a list, later versions with an object keyed by package name.
  const [entry] = Object.values(parsed as Record<string, { filename: string }>);
  if (entry === undefined) throw new Error(`npm pack did not name its tarball: ${answer}`);
  return entry.filename;
}
