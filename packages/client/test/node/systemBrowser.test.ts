import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { browserCommands, openSystemBrowser } from "../../src/node/systemBrowser.ts";
import { authErrorOf } from "../support/failure.ts";

const url = "https://login.test/authorize?$&=1&b=%22$(touch x)%22;c&d='e'";

describe("the command that opens an address", () => {
  test.each<[string, string, Record<string, string>, readonly (readonly string[])[]]>([
    ["on Linux", "linux", {}, [["xdg-open", url]]],
    ["on macOS", "darwin", {}, [["/usr/bin/open", url]]],
    [
      "on Windows",
      "win32",
      { SystemRoot: "D:\\Windows" },
      [["D:\\Windows\\System32\\rundll32.exe", "url.dll,FileProtocolHandler", url]],
    ],
    ["with BROWSER empty", "linux", { BROWSER: "" }, [["xdg-open", url]]],
    [
      "with programs in BROWSER",
      "linux",
      { BROWSER: "/opt/a browser/run:firefox" },
      [
        ["/opt/a browser/run", url],
        ["firefox", url],
        ["xdg-open", url],
      ],
    ],
    [
      "with a command line in BROWSER",
      "darwin",
      { BROWSER: "chromium --app=%s --incognito" },
      [
        ["chromium", `--app=${url}`, "--incognito"],
        ["/usr/bin/open", url],
      ],
    ],
    [
      "with a drive in BROWSER",
      "win32",
      { BROWSER: "C:\\Program Files\\Firefox\\firefox.exe" },
      [
        ["C:\\Program Files\\Firefox\\firefox.exe", url],
        ["C:\\Windows\\System32\\rundll32.exe", "url.dll,FileProtocolHandler", url],
      ],
    ],
  ])("is found %s", (_, platform, environment, commands) => {
    expect(browserCommands(url, { platform, environment })).toEqual(commands);
  });
});

describe.skipIf(process.platform === "win32")("a browser", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "latchkey-browser-"));
    program("xdg-open", `require("node:fs").writeFileSync(process.env.SEEN, JSON.stringify(process.argv.slice(2)))`);
    program("broken", "process.exit(3)");
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function program(name: string, source: string): void {
    const path = join(folder, name);
    writeFileSync(path, `#!${process.execPath}\n${source}\n`);
    chmodSync(path, 0o755);
  }

  /** Opens the address where only this test's programs exist; returns what the system's opener received. */
  async function open(name: string, browser?: string): Promise<unknown> {
    const seen = join(folder, name);
    const environment = { PATH: folder, SEEN: seen, BROWSER: browser };
    await openSystemBrowser(url, { platform: "linux", environment });
    return JSON.parse(readFileSync(seen, "utf8"));
  }

  test("receives the address complete, and no shell sees it", async () => {
    expect(await open("plain")).toEqual([url]);
  });

  test("is followed by the next one if it is missing or fails", async () => {
    expect(await open("next", `${folder}/nowhere:broken`)).toEqual([url]);
  });

  test("that cannot be opened at all is an error with the last reason", async () => {
    const system = { platform: "linux", environment: { PATH: "" } };
    expect(await authErrorOf(openSystemBrowser(url, system))).toMatchObject({
      code: "browser_unavailable",
      cause: { code: "ENOENT" },
    });
  });

  test.each(["file:///etc/passwd", "http://login.test/", "javascript:alert(1)", "--help", "mailto:a@b.test"])(
    "does not receive %s",
    async (address) => {
      const system = { platform: "linux", environment: { PATH: folder, SEEN: join(folder, "never") } };
      expect(await authErrorOf(openSystemBrowser(address, system))).toMatchObject({ code: "invalid_authority" });
    },
  );

  test("receives a page on this machine", async () => {
    const system = { platform: "linux", environment: { PATH: folder, SEEN: join(folder, "local") } };
    await openSystemBrowser("http://localhost:8443/authorize", system);
    expect(readFileSync(join(folder, "local"), "utf8")).toContain("localhost:8443");
  });
});
