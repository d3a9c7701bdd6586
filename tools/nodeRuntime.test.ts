import { expect, test } from "vitest";
import { nodeTooOld, runsTypeScript } from "./nodeRuntime.js";

test("a Node below 20 is told which one is needed", () => {
  expect(nodeTooOld("18.20.4")).toContain("needs Node 20 or newer");
  expect(nodeTooOld("18.20.4")).toContain("this is Node 18.20.4");
});

test("Node 20.0.0 may set the repository up", () => {
  expect(nodeTooOld("20.0.0")).toBeUndefined();
});

test.each([
  ["20.20.2", false],
  ["22.17.1", false],
  ["22.18.0", true],
  ["24.0.0", true],
  ["v26.1.0", true],
])("Node %s runs TypeScript unbuilt: %s", (version, expected) => {
  expect(runsTypeScript(version)).toBe(expected);
});
