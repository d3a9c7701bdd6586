import { describe, expect, test } from "vitest";
import { runCommand } from "./recordingTerminal.ts";

describe("latchkey", () => {
  test("lists its commands with --help", async () => {
    const { exitCode, out } = await runCommand(["--help"]);
    expect(exitCode).toBe(0);
    for (const command of ["quickstart", "run", "platform", "apply", "export", "certificate"]) {
      expect(out).toContain(command);
    }
  });

  test.each([["run"], ["platform"], ["quickstart"], ["apply"], ["export"], ["certificate", "create"]])(
    "explains %s with --help",
    async (...command) => {
      const { exitCode, out } = await runCommand([...command, "--help"]);
      expect(exitCode).toBe(0);
      expect(out).toMatch(/Usage: latchkey/);
    },
  );

  test("prints its version", async () => {
    expect((await runCommand(["--version"])).out).toMatch(/^\d+\.\d+\.\d+$/);
  });

  test("refuses an unknown option, and suggests a similar one", async () => {
    const { exitCode, err } = await runCommand(["platform", "--memry"]);
    expect(exitCode).toBe(2);
    expect(err).toMatch(/unknown option '--memry'/);
    expect(err).toMatch(/--memory/);
  });

  test("refuses an unknown command", async () => {
    const { exitCode, err } = await runCommand(["plattform"]);
    expect(exitCode).toBe(2);
    expect(err).toMatch(/platform/);
  });

  test("accepts no secret as an argument", async () => {
    for (const command of [["run"], ["platform"], ["quickstart"], ["apply"], ["export"], ["certificate", "create"]]) {
      expect((await runCommand([...command, "--help"])).out).not.toMatch(/--(secret|password|passphrase|token)\b/);
    }
  });
});
