import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Check } from "../checkContract.ts";
import { runQuietly } from "../support/childProcess.js";
import { packages } from "../support/workspaces.js";

/** The public surface of every entry point equals the report in `api/` that was reviewed. */
export const api: Check = {
  name: "api",
  needs: ["build"],
  run: async ({ root, node, update }) => {
    const temporary = join(root, "api", "temp");
    await mkdir(temporary, { recursive: true });
    const failures: string[] = [];
    const doors = packages(root).flatMap(({ name, folder, manifest }) =>
      typedDoors(manifest["exports"]).map(({ door, types }) => ({
        folder,
        types: join(folder, types),
        report: [name.replace("@latchkey/", ""), door === "." ? "" : door.replace("./", "-")].join(""),
      })),
    );
    try {
      for (const { folder, types, report } of doors) {
        // In a process of its own: api-extractor changes the compiler it brings, and that for good.
        const args = ["tools/extractApi.ts", folder, types, report, ...(update ? ["--update"] : [])];
        const { code, output } = await runQuietly(node, args, { cwd: root });
        if (code !== 0) failures.push(`api/${report}.api.md:\n${output.trim()}`);
      }
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
    return { ok: failures.length === 0, output: failures.join("\n\n"), note: `${doors.length} entry points` };
  },
};

function typedDoors(exports: unknown): { door: string; types: string }[] {
  return Object.entries((exports ?? {}) as Record<string, unknown>).flatMap(([door, target]) => {
    const types = typeof target === "object" && target !== null && "types" in target ? target.types : undefined;
    return typeof types === "string" ? [{ door, types }] : [];
  });
}
