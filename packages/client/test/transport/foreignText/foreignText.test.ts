import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { maskOf, quoteForeign } from "../../../src/transport/foreignText/foreignText.ts";

const quote = (text: string, ...values: readonly (readonly [string, string])[]): string =>
  quoteForeign(text, maskOf(values, []));
const secret = (text: string, value: string): string => quote(text, ["client_secret", value]);

const json = (text: string): string => JSON.stringify(text).slice(1, -1);
const ascii = (text: string): string =>
  json(text).replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
const html = (text: string): string =>
  text.replace(
    /[&<>"']/g,
    (unit) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" })[unit] ?? "",
  );
const form = (text: string): string => new URLSearchParams({ text }).toString().slice(5);
const lower = (text: string): string => encodeURIComponent(text).replace(/%../g, (hex) => hex.toLowerCase());

/** How texts spell what they repeat. */
const spellings: readonly (readonly [string, (text: string) => string])[] = [
  ["as it is", (text) => text],
  ["percent-encoded", encodeURIComponent],
  ["percent-encoded in lower case", lower],
  ["form-encoded", form],
  ["JSON", json],
  ["JSON in ASCII", ascii],
  ["HTML", html],
  ["HTML in decimal", (text) => Array.from(text, (unit) => `&#${unit.codePointAt(0)};`).join("")],
  ["HTML in hexadecimal", (text) => Array.from(text, (unit) => `&#x${unit.codePointAt(0)?.toString(16)};`).join("")],
  [
    "JavaScript",
    (text) =>
      text.replace(/[^\w ]/g, (unit) =>
        unit < "\u0080" ? `\\x${unit.charCodeAt(0).toString(16).padStart(2, "0")}` : unit,
      ),
  ],
];
const nestings = spellings.flatMap(([outer, spellOuter]) =>
  spellings.map(([inner, spell]) => [`${inner}, then ${outer}`, (text: string) => spellOuter(spell(text))] as const),
);

describe("the mask for foreign text", () => {
  const hostile = "pass%41 w\\n+/=&amp;\"'<ü€😀>\\\\u0041-z";

  test.each(nestings)("finds a value spelled as %s", (_, spell) => {
    expect(secret(`[${spell(hostile)}]`, hostile)).toBe("[***]");
  });

  test.each(nestings)("finds a piece of a truncated value, spelled as %s", (_, spell) => {
    const value = `abcdefgh-/=&"'<ü€😀 >.~_!$(){}:;,?@#|^\``;
    for (const piece of [value.slice(0, 10), value.slice(3, -3), value.slice(-10)]) {
      expect(secret(`[${spell(piece)}]`, value)).toBe("[***]");
    }
  });

  test("finds a value whatever it consists of, in any spelling", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", minLength: 1, maxLength: 40 }),
        fc.constantFrom(...nestings),
        (value, [, spell]) => {
          // A value that begins or ends with a blank may leave it beside the mask.
          fc.pre(/^[^\s\b+\\](.*[^\s\b+\\])?$/su.test(value));
          const shown = secret(`[${spell(value)}]`, value);
          // A value of nothing but escapes and blanks is not found but hidden with everything around it.
          expect(["[***]", "***"]).toContain(shown);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test("hides what a text's end or a server's ellipsis leaves of a value", () => {
    const value = "s3cr3t-of-the-daemon";
    for (let length = 4; length < value.length; length++) {
      expect(secret(`You sent ${value.slice(0, length)}`, value)).toBe("You sent ***");
      expect(secret(`You sent ${value.slice(0, length)}… and more`, value)).toBe("You sent ***… and more");
    }
    expect(quote(`You sent ${"r".repeat(8)}…`, ["refresh_token", `${"r".repeat(8)}-tail`])).toBe("You sent ***…");
  });

  test.each(["+", " ", "\\", "&#43;", "%20", "\\n"])(
    "hides a value of which a long text shows little but %j",
    (blank) => {
      const value = `canary${blank.repeat(5_000)}tail`;
      const spelt = value.replace(/[^\w]/g, (unit) => `&#${unit.charCodeAt(0)};`);
      for (const said of [value, spelt]) {
        expect(quote(`You sent ${said}`, ["more", value])).not.toContain("canary");
      }
    },
  );

  test("hides values that are nested, overlap or repeat", () => {
    const values = [
      ["a", "canary"],
      ["b", "the canary and its tail"],
      ["c", "tailtail"],
    ] as const;
    expect(quote("[the canary and its tailtail]", ...values)).toBe("[***]");
    expect(quote("[canarycanary canary]", ...values)).toBe("[*** ***]");
    expect(secret(`[${"a".repeat(30)}b]`, `${"a".repeat(9)}b`)).toBe("[***]");
  });

  test("hides a secret of one character, and no other value of less than four", () => {
    expect(secret("a-b-c", "b")).toBe("a-***-c");
    expect(quote("a-b-c", ["more", "b"], ["most", "a-b"])).toBe("a-b-c");
  });

  test.each(["+", "\\", "++++", "\\".repeat(38), "%0a", "\\n"])("shows nothing of a secret like %j", (value) => {
    for (const [, spell] of nestings) {
      expect(secret(`[${spell(value)}]`, value)).toMatch(/^\[?(\*\*\*)\]?$/);
    }
  });

  test("hides a secret whose white space the text has lost or changed", () => {
    const value = "two  words\r\nand\ta third";
    for (const said of [value, "two words and a third", "two  words\nand a third"]) {
      expect(secret(`[${said}]`, value)).toBe("[***]");
    }
  });

  test.each(["https://app.test/back", "https://login.test/"])(
    "shows parts of another address that are not the whole of %s",
    (uri) => {
      expect(quote(`See https://app.test/help, not ${uri}!`, ["resource", uri])).toBe(
        "See https://app.test/help, not ***!",
      );
    },
  );

  test("hides a secret with an unpaired surrogate as a form sends it", () => {
    const value = "before\ud800after-it";
    const form = String(new URLSearchParams({ s: value })).slice(2);
    expect(secret(`You sent before\ufffdafter-it, ${form}, re\ufffdafter-it`, value)).toBe("You sent ***, ***, ***");
  });

  test("hides Basic credentials, encoded, decoded or truncated", () => {
    const password = 'p+ä:~&"word of the daemon';
    const pair = `id:${form(password)}`;
    const header = `Basic ${Buffer.from(pair).toString("base64")}`;
    const mask = maskOf([], [["authorization", header]]);
    expect(quoteForeign(`${header} | ${pair} | ${password}`, mask)).toBe("Basic *** | id:*** | ***");
    expect(quoteForeign(header.slice(0, 20), mask)).toBe("Basic ***");
    expect(quoteForeign(password.slice(0, 12), mask)).toBe("***");
  });

  test("hides everything when masking fails", () => {
    const values: Iterable<readonly [string, string]> = {
      [Symbol.iterator]: () => {
        throw new RangeError("Invalid regular expression: too large: s3cr3t");
      },
    };
    expect(quoteForeign("You sent s3cr3t", maskOf(values, []))).toBe("***");
  });

  test("hides everything again after it failed once, though its values can be iterated only once", () => {
    function* values(): Generator<readonly [string, string]> {
      yield ["client_secret", "++++"];
      yield ["client_secret", "s3cr3t"];
    }
    const mask = maskOf(values(), []);
    expect([mask("You sent s3cr3t"), mask("You sent s3cr3t")]).toEqual(["***", "***"]);
  });

  test("shows a thousand characters, however many of them are hidden", () => {
    const value = "s3cr3t-of-the-daemon";
    expect(secret("x y".repeat(1_000), value)).toHaveLength(1_001);
    for (let length = 3_900; length < 4_200; length++) {
      expect(secret(`${`${value} `.repeat(500).slice(0, length)}`, value)).not.toMatch(/[a-z]{4}/);
    }
  });

  test("finishes whatever a value of 200 kB and a text of 1 MiB repeat", { timeout: 60_000 }, () => {
    const units = ["-", "\\", "%", "%25", "&", "&#", "&amp;", "\\u", "ab", "eyJ", "code=", '"', "ü", "😀", "%4%3%31"];
    for (const unit of units) {
      const text = `[${unit.repeat(1_048_576 / unit.length)}]`;
      for (const size of [38, 4_200, 200_000]) {
        const value = unit.repeat(size / unit.length);
        const said = quote(text, ["client_secret", value], ["code", `${value.slice(0, 4_000)}!`]);
        expect(said).not.toContain(unit.repeat(8));
      }
    }
  });
});

describe("what a text marks as secret", () => {
  test.each([
    ["access_token=abc.def&token_type=Bearer", "access_token=***&token_type=Bearer"],
    ['{"refresh_token":"a b\\"c","scope":"x"}', '{"refresh_token":"***","scope":"x"}'],
    ['{"refresh_token" : "abc', '{"refresh_token" : "***'],
    ['{\\"id_token\\":\\"a\\\\\\"b\\",\\"x\\":1}', '{\\"id_token\\":\\"***\\",\\"x\\":1}'],
    [
      "{&quot;access_token&quot;:&quot;abc&quot;,&quot;x&quot;:1}",
      "{&quot;access_token&quot;:&quot;***&quot;,&quot;x&quot;:1}",
    ],
    ["access_token%3Dabc%26x%3D1 was sent", "access_token%3D***%26x%3D1 was sent"],
    ["client_secret=a+b/c%3d&x=1", "client_secret=***&x=1"],
    [
      "POST /token code=0.AXoA.b&device_code=x password=p'<br>",
      "POST /token code=***&device_code=*** password=***'<br>",
    ],
    [
      '<input name="id_token" value="abc"/><input type="hidden" name="code" value="x y"/>',
      '<input name="id_token" value="***"/><input type="hidden" name="code" value="***"/>',
    ],
    ["<client_assertion>abc</client_assertion>", "<client_assertion>***</client_assertion>"],
    ["Authorization: Bearer abc def", "Authorization: Bearer *** def"],
    ["code_verifier: abc, assertion=def", "code_verifier: *** assertion=***"],
    ["{'subject_token': 'abc', 'username': 'me'}", "{'subject_token': '***', 'username': 'me'}"],
    ["Here: eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.sig and on", "Here: *** and on"],
  ])("is hidden in %s", (said, shown) => {
    expect(quoteForeign(said)).toBe(shown);
  });

  test.each([
    "AADSTS65001: The user or administrator has not consented to use the application. Trace ID: 11 Timestamp: 2026-06-01 12:00:00Z",
    "HTTP error code: 502. Error Code: ERR_CONNECT, status_code=502&zip_code=ABCD",
    "AADSTS7000218: The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    "invalid_token: The token is expired",
    "<h1>502 Bad Gateway</h1> https://login.microsoftonline.com/aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee/oauth2/v2.0/token",
  ])("is all that is hidden: %s", (said) => {
    expect(quoteForeign(said)).toBe(said);
  });
});
