/** A text in readable form, with the position of each character in its source. */
export interface Reading {
  readonly text: string;
  readonly starts: readonly number[];
}

/** How deeply escapes may be nested. */
const deepestNesting = 6;

const named: Readonly<Record<string, number>> = {
  "&amp;": 38,
  "&lt;": 60,
  "&gt;": 62,
  "&quot;": 34,
  "&apos;": 39,
  "&nbsp;": 160,
};

/** Undoes percent, HTML and JSON escapes, in a limited number of passes in linear time. */
export function withoutEscapes(reading: Reading): Reading {
  // Each alternative matches one character, so that an invalid or truncated escape affects no other.
  const pattern =
    /(%[0-7][\da-f]|%[c-f][\da-f](?:%[89ab][\da-f])+)|((?<!\\)\\+(?:u[\da-f]{4}|x[\da-f]{2})|&(?:#x?[\da-f]+|\w+);)|[^%&\\]+|[\s\S]/gi;
  let [before, unescaped] = ["", reading];
  for (let pass = 0; pass < deepestNesting && before !== unescaped.text; pass++) {
    before = unescaped.text;
    unescaped = replaced(unescaped, pattern, undo);
  }
  return unescaped;
}

function undo([whole, percent, escaped]: RegExpExecArray): string {
  try {
    if (percent) {
      return decodeURIComponent(percent);
    }
  } catch {}
  if (!escaped) {
    return whole;
  }
  const point = named[escaped] ?? Number.parseInt(escaped.split(/[ux#]+/i)[1] ?? "", /#\d/.test(escaped) ? 10 : 16);
  return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
}

/** Normalizes blanks, which forms (`+`), JSON (`\n`) and pages write differently, and removes backslashes. */
export function withoutBlanks(reading: Reading): Reading {
  const pattern = /((?:(?<!\\)\\+[bfnrtv]|[\s\b+])+)|\\+|([^\s\b+\\]+)/g;
  return replaced(reading, pattern, ([, blank, others = ""]) => (blank ? " " : others));
}

/** Rebuilds a text from the matches of a pattern that covers all of it. */
function replaced({ text, starts }: Reading, pattern: RegExp, put: (match: RegExpExecArray) => string): Reading {
  const moved: number[] = [];
  let result = "";
  for (const match of text.matchAll(pattern)) {
    const part = put(match);
    for (let at = 0; at < part.length; at++) {
      moved.push(starts[match.index + at] ?? 0);
    }
    result += part;
  }
  return { text: result, starts: moved };
}
