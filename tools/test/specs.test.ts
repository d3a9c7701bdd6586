import { describe, expect, test } from "vitest";
import { citationsIn, renderSpecifications } from "../checks/specs.ts";

describe("the page of specifications", () => {
  test("reads every @see, on its own line or at the end of a comment", () => {
    const text = "/** Encodes. @see RFC 4648 section 5 */\n/**\n * @see https://learn.microsoft.com/a\n */\n";
    expect(citationsIn("a.ts", text)).toEqual([
      { source: "RFC 4648 section 5", file: "a.ts" },
      { source: "https://learn.microsoft.com/a", file: "a.ts" },
    ]);
  });

  test("splits two sources and omits a remark", () => {
    const text =
      " * @see RFC 7523 section 3, https://learn.microsoft.com/b\n * @see RFC 5280 section 4.2; forbids more\n";
    expect(citationsIn("a.ts", text).map(({ source }) => source)).toEqual([
      "RFC 7523 section 3",
      "https://learn.microsoft.com/b",
      "RFC 5280 section 4.2",
    ]);
  });

  test("orders sections by their numbers and lists the files of each once", () => {
    const page = renderSpecifications([
      { source: "RFC 6749 section 4.10", file: "packages/client/src/b.ts" },
      { source: "RFC 6749 section 4.4", file: "packages/client/src/b.ts" },
      { source: "RFC 6749 section 4.4", file: "packages/client/src/a.ts" },
      { source: "RFC 6749 section 4.4", file: "packages/client/src/a.ts" },
    ]);
    expect(page).toContain(
      [
        "| section 4.4 | [client/a.ts](../packages/client/src/a.ts)<br>[client/b.ts](../packages/client/src/b.ts) |",
        "| section 4.10 | [client/b.ts](../packages/client/src/b.ts) |",
      ].join("\n"),
    );
  });
});
