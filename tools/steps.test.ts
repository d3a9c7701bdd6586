import { describe, expect, test } from "vitest";
import { runSteps, StepError } from "./steps.js";

const recorder = (): { text: () => string; write: (text: string) => void } => {
  const written: string[] = [];
  return { text: () => written.join(""), write: (text) => void written.push(text) };
};

const step = (title: string, isDone: boolean, run: () => Promise<string | undefined> = async () => undefined) => ({
  title,
  isDone: () => isDone,
  run,
});

describe("set-up steps", () => {
  test("are numbered among those that have something to do", async () => {
    const out = recorder();
    await runSteps([step("One", false), step("Two", true), step("Three", false)], out);
    expect(out.text()).toBe("[1/2] One ... done in 0 s\n[2/2] Three ... done in 0 s\n");
  });

  test("print nothing when all are done", async () => {
    const out = recorder();
    await runSteps([step("One", true)], out);
    expect(out.text()).toBe("");
  });

  test("print a remark under their line", async () => {
    const out = recorder();
    await runSteps([step("One", false, async () => "Another way was taken.")], out);
    expect(out.text()).toBe("[1/1] One ... done in 0 s\n      Another way was taken.\n");
  });

  test("end at the first failure", async () => {
    const out = recorder();
    const failure = new StepError("No network.", { remedy: "Connect." });
    const steps = [step("One", false, () => Promise.reject(failure)), step("Two", false)];
    await expect(runSteps(steps, out)).rejects.toBe(failure);
    expect(out.text()).toBe("[1/2] One ... failed after 0 s\n");
  });

  test("call an interruption stopped, not failed", async () => {
    const out = recorder();
    const stopped = new StepError("Stopped.", { remedy: "Run again.", exitCode: 130 });
    await expect(runSteps([step("One", false, () => Promise.reject(stopped))], out)).rejects.toBe(stopped);
    expect(out.text()).toContain("stopped after 0 s");
  });
});
