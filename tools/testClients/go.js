import { builtProgram, versionOf } from "./builtProgram.js";

/** What go.mod asks for, after `1.`. */
const oldestMinor = 22;

/** Go clients: one program for each folder, with the modules that go.mod and go.sum pin. */
export const go = builtProgram({
  language: "go",
  name: "Go",
  sources: ["go.mod", "go.sum", "daemon", "deviceCode", "managedIdentity", "tokenCache"],
  output: "build",
  built: process.platform === "win32" ? "daemon.exe" : "daemon",
  builder: ["go", "build", "-o", "build/", "./..."],
  // Without cgo no C compiler is needed. The Go that is here is the one to use, not one that go would fetch.
  environment: { CGO_ENABLED: "0", GOTOOLCHAIN: "local" },
  missing: () => {
    const version = versionOf("go", ["version"]);
    if (version === undefined) return "there is no working go on the PATH";
    const [, major, minor] = /go(\d+)\.(\d+)/.exec(version) ?? [];
    return major === "1" && Number(minor) < oldestMinor
      ? `go is 1.${minor}, and 1.${oldestMinor} is needed`
      : undefined;
  },
});
