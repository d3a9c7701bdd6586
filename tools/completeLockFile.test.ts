import { describe, expect, test } from "vitest";
import { completeLockFile } from "./completeLockFile.js";

const owner = (optionalDependencies: Record<string, string>): Parameters<typeof completeLockFile>[0] => ({
  packages: { "node_modules/tool": { version: "1.0.0", dev: true, optionalDependencies } },
});

describe("completing a lock file", () => {
  test("adds a package for another system with what its name tells", () => {
    const { lock, added } = completeLockFile(owner({ "@tool/cli-linux-arm64-musl": "1.0.0" }));
    expect(added).toEqual(["@tool/cli-linux-arm64-musl"]);
    expect(lock.packages["node_modules/@tool/cli-linux-arm64-musl"]).toEqual({
      version: "1.0.0",
      cpu: ["arm64"],
      libc: ["musl"],
      os: ["linux"],
      dev: true,
      optional: true,
    });
  });

  test("leaves a complete lock file as it is", () => {
    const complete = owner({ "tool-darwin-x64": "1.0.0" });
    complete.packages["node_modules/tool-darwin-x64"] = { version: "1.0.0", optional: true };
    expect(completeLockFile(complete)).toEqual({ lock: complete, added: [] });
  });

  test("accepts a package of any version that a range allows", () => {
    const lock = owner({ shared: "^1.0.0" });
    lock.packages["node_modules/shared"] = { version: "1.4.2" };
    expect(completeLockFile(lock).added).toEqual([]);
  });

  test("puts a second version beside its owner", () => {
    const lock = owner({ "tool-win32-x64": "1.0.0" });
    lock.packages["node_modules/tool-win32-x64"] = { version: "2.0.0", optional: true };
    const completed = completeLockFile(lock).lock;
    expect(completed.packages["node_modules/tool/node_modules/tool-win32-x64"]?.version).toBe("1.0.0");
    expect(completed.packages["node_modules/tool-win32-x64"]?.version).toBe("2.0.0");
  });

  test("adds nothing a second time", () => {
    const once = completeLockFile(owner({ "tool-aix-ppc64": "1.0.0" })).lock;
    expect(completeLockFile(once).added).toEqual([]);
  });
});
