/** Where a text stops being JSON, and why; nothing of the text itself. */
export interface JsonMistake {
  readonly line: number;
  readonly column: number;
  /** What is said of the place, such as `should have a colon`. */
  readonly what: string;
  readonly remedy: string;
}

/** What people write in JSON that is JavaScript, YAML or a text processor's. */
const foreign: readonly (readonly [RegExp, what: string, remedy: string])[] = [
  [/\/[/*]|#/y, "begins a comment", "Take the comment out; a key of the name note may hold a text for people."],
  [/'/y, "has a single quote", "Write names and texts in double quotes."],
  [
    /[\u2018-\u201f\u00ab\u00bb]/y,
    "has a quotation mark of a text processor",
    'Write names and texts in double quotes: ".',
  ],
];

/**
 * Finds the first mistake of a text that is no JSON. The parser's own message quotes the text around it, which may be a
 * secret.
 * @see RFC 8259 section 2
 */
export function jsonMistake(text: string): JsonMistake {
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) {
      at += found.length;
    }
    return found;
  };
  const skip = (): void => void take(/[ \t\r\n]*/y);
  /** What is missing at `at`; `undefined` when the text went on as it has to. */
  const readString = (): string | undefined => {
    if (take(/"/y) === undefined) {
      return "a name in double quotes";
    }
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what JSON forbids in a text
    take(/(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*/y);
    return take(/"/y) === undefined
      ? text[at] === "\\"
        ? "a backslash doubled, or one of the escapes of JSON"
        : "the double quote that ends the text"
      : undefined;
  };
  const open: ("}" | "]")[] = [];
  const describe = (place: number, what: string, remedy: string): JsonMistake => {
    const lines = text.slice(0, place).split(/\r\n|\r|\n/);
    return { line: lines.length, column: (lines.at(-1) ?? "").length + 1, what, remedy };
  };
  const fail = (expected: string): JsonMistake => {
    const place = at;
    for (const [pattern, what, remedy] of foreign) {
      if (take(pattern) !== undefined) {
        return describe(place, what, remedy);
      }
    }
    const ending = at === text.length ? ", and the file ends" : "";
    return describe(at, `should have ${expected}${ending}`, "Correct it at the place named.");
  };
  let comma: number | undefined;
  let valueEnd = 0;
  // One turn reads one value, and closes what ends behind it.
  for (;;) {
    skip();
    if (comma !== undefined && /[}\],]/.test(text[at] ?? "")) {
      return describe(comma, "has a comma with nothing behind it", "Take that comma out.");
    }
    comma = undefined;
    if (open.at(-1) === "}") {
      const missing = readString();
      if (missing !== undefined) {
        return fail(missing);
      }
      skip();
      if (take(/:/y) === undefined) {
        return fail("a colon");
      }
      skip();
    }
    const opened = take(/[{[]/y);
    if (opened !== undefined) {
      skip();
      const end = opened === "{" ? "}" : "]";
      if (text[at] !== end) {
        open.push(end);
        continue;
      }
      at++;
    } else if (text[at] === '"') {
      const missing = readString();
      if (missing !== undefined) {
        return fail(missing);
      }
    } else if (take(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y) === undefined) {
      return fail("a value (a text stands in double quotes)");
    }
    valueEnd = at;
    skip();
    for (let end = open.at(-1); end !== undefined && text[at] === end; end = open.at(-1)) {
      at++;
      open.pop();
      valueEnd = at;
      skip();
    }
    const end = open.at(-1);
    if (end === undefined) {
      return fail("the end of the file");
    }
    comma = at;
    if (take(/,/y) === undefined) {
      return /["\w[{-]/.test(text[at] ?? "")
        ? describe(valueEnd, "lacks a comma", "Put a comma there.")
        : fail(`a comma or ${end}`);
    }
  }
}
