/** Where a text stops being JSON, and what would have to stand there; nothing of the text itself. */
export interface JsonMistake {
  readonly line: number;
  readonly column: number;
  readonly expected: string;
}

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
    if (found !== undefined) at += found.length;
    return found;
  };
  const skip = (): void => void take(/[ \t\r\n]*/y);
  /** What is missing at `at`; `undefined` when the text went on as it has to. */
  const readString = (): string | undefined => {
    if (take(/"/y) === undefined) return "a name in double quotes";
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what JSON forbids in a text
    take(/(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*/y);
    return take(/"/y) === undefined
      ? text[at] === "\\"
        ? "a backslash doubled, or one of the escapes of JSON"
        : "the double quote that ends the text"
      : undefined;
  };
  const open: ("}" | "]")[] = [];
  const fail = (expected: string): JsonMistake => {
    const lines = text.slice(0, at).split(/\r\n|\r|\n/);
    return { line: lines.length, column: (lines.at(-1) ?? "").length + 1, expected };
  };
  // One turn reads one value, and closes what ends behind it.
  for (;;) {
    skip();
    if (open.at(-1) === "}") {
      const missing = readString();
      if (missing !== undefined) return fail(missing);
      skip();
      if (take(/:/y) === undefined) return fail("a colon");
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
      if (missing !== undefined) return fail(missing);
    } else if (take(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y) === undefined) {
      return fail("a value (a text stands in double quotes)");
    }
    skip();
    for (let end = open.at(-1); end !== undefined && text[at] === end; end = open.at(-1)) {
      at++;
      open.pop();
      skip();
    }
    const end = open.at(-1);
    if (end === undefined) return fail("the end of the file");
    if (take(/,/y) === undefined) return fail(`a comma or ${end}`);
  }
}
