import { describe, expect, test } from "vitest";
import { examplesIn } from "../checks/docExamples.ts";

const fence = "```";

describe("examples in documents", () => {
  test("are the fenced TypeScript blocks, each with the line where it starts", () => {
    const text = ["# Title", "", `${fence}ts`, "const a = 1;", "const b = 2;", fence, `${fence}sh`, "ls", fence].join(
      "\n",
    );
    expect(examplesIn("README.md", text)).toEqual([{ file: "README.md", line: 4, code: "const a = 1;\nconst b = 2;" }]);
  });

  test("lose the indentation of their list", () => {
    const text = ["1. First", `   ${fence}ts`, "   if (true) {", "     run();", "   }", `   ${fence}`].join("\n");
    expect(examplesIn("docs/a.md", text)[0]?.code).toBe("if (true) {\n  run();\n}");
  });

  test("of a source file are only those in doc comments", () => {
    const text = [
      "/**",
      " * Gives one.",
      " *",
      " * @example",
      ` * ${fence}ts`,
      " * const one = first();",
      " *",
      " *   more();",
      ` * ${fence}`,
      " */",
      "const text = `",
      `${fence}ts`,
      "notAnExample();",
      `${fence}`,
      "`;",
    ].join("\n");
    expect(examplesIn("a.ts", text)).toEqual([{ file: "a.ts", line: 6, code: "const one = first();\n\n  more();" }]);
  });
});
