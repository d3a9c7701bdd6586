/** Where a text stops being JSON, and why. It contains nothing from the text. */
export interface JsonMistake {
  readonly line: number;
  readonly column: number;
  /** The problem at this place, such as `should have a colon`. */
  readonly what: string;
  readonly remedy: string;
}

/** Common mistakes: syntax of JavaScript or YAML, and characters of word processors. */
const foreignSyntax: readonly (readonly [RegExp, what: string, remedy: string])[] = [
  [/\/[/*]|#/y, "begins a comment", "Remove the comment; the key note can hold one."],
  [/'/y, "has a single quote", "Put names and strings in double quotes."],
  [/[\u2018-\u201f\u00ab\u00bb]/y, "has a typographic quotation mark", 'Put names and strings in double quotes: ".'],
];

/**
 * Finds the first mistake in a text that is not JSON. The parser's own message quotes the surrounding text, which may
 * be a secret.
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
  /** Returns what is missing at `at`, or `undefined` if a string was read. */
  const readString = (): string | undefined => {
    if (take(/"/y) === undefined) {
      return "a name in double quotes";
    }
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what JSON forbids in a text
    take(/(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*/y);
    return take(/"/y) === undefined
      ? text[at] === "\\"
        ? "a doubled backslash, or a JSON escape"
        : "the double quote that ends the string"
      : undefined;
  };
  const open: ("}" | "]")[] = [];
  const describe = (place: number, what: string, remedy: string): JsonMistake => {
    const lines = text.slice(0, place).split(/\r\n|\r|\n/);
    return { line: lines.length, column: (lines.at(-1) ?? "").length + 1, what, remedy };
  };
  const fail = (expected: string): JsonMistake => {
    const place = at;
    for (const [pattern, what, remedy] of foreignSyntax) {
      if (take(pattern) !== undefined) {
        return describe(place, what, remedy);
      }
    }
    const ending = at === text.length ? ", and the file ends" : "";
    return describe(at, `should have ${expected}${ending}`, "Correct it there.");
  };
  let comma: number | undefined;
  let valueEnd = 0;
  // Each round reads one value and closes what ends after it.
  for (;;) {
    skip();
    if (comma !== undefined && /[}\],]/.test(text[at] ?? "")) {
      return describe(comma, "has a comma with nothing after it", "Remove that comma.");
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
      return fail("a value (strings are in double quotes)");
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
