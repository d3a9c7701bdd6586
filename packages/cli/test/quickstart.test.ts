import { describe, expect, test } from "vitest";
import { runCommand } from "./recordingTerminal.ts";

describe("latchkey quickstart", () => {
  test("shows the daemon's way from refusal to the list of users, by secret and by certificate", async () => {
    const { exitCode, out, err } = await runCommand(["quickstart"]);
    expect(exitCode, err).toBe(0);
    expect(JSON.parse(out).value.length).toBeGreaterThan(25);
    for (const [index, line] of [
      /Start the identity platform/,
      /Register a daemon application with a client secret/,
      /before an administrator has consented/,
      /403 Authorization_RequestDenied/,
      /Grant admin consent/,
      /app-only token with the secret/,
      /from the network/,
      /List the directory's users/,
      /from the cache/,
      /Create a certificate/,
      /with the certificate instead of the secret/,
      /What happened/,
    ].entries()) {
      expect(err, `line ${index} of the story`).toMatch(line);
    }
    expect(err).not.toMatch(/loc8L~|BEGIN|eyJ/);
  });

  test("prints one JSON value and nothing else with --json", async () => {
    const { out, err } = await runCommand(["quickstart", "--json"]);
    expect(err).toBe("");
    const { steps, users } = JSON.parse(out);
    expect(steps.length).toBeGreaterThan(8);
    expect(steps[0]).toEqual({
      title: expect.any(String),
      result: expect.any(String),
      durationMs: expect.any(Number),
    });
    expect(users.length).toBeGreaterThan(25);
  });

  test("stops at Ctrl-C with the exit code of shells", async () => {
    const { exitCode, out } = await runCommand(["quickstart"], {
      onOutput: (line, interrupt) => line.includes("Register a daemon") && interrupt(),
    });
    expect(exitCode).toBe(130);
    expect(out).toBe("");
  });
});
