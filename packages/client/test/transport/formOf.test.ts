import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formOf } from "../../src/transport/formOf.ts";

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: "binary" }),
  fc.constantFrom("a secret ~!*()'@[`{", "\ud800", "\udc00x"),
);

describe("the body of a form", () => {
  it("is to the letter what URLSearchParams makes of the parameters", () => {
    fc.assert(
      fc.property(fc.dictionary(text, text), (parameters) => {
        expect(formOf(parameters)).toBe(new URLSearchParams(Object.entries(parameters)).toString());
      }),
    );
  });

  it("is that for every character of ASCII", () => {
    const parameters = { all: String.fromCharCode(...Array(128).keys()) };
    expect(formOf(parameters)).toBe(new URLSearchParams(Object.entries(parameters)).toString());
  });
});
