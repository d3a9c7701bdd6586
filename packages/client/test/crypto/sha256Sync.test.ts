import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createHash as createOwnHash, lengthWords, sha256Sync } from "../../src/crypto/sha256Sync.ts";

const hex = (text: string): string => Buffer.from(sha256Sync(text)).toString("hex");

describe("SHA-256", () => {
  test("returns the standard's examples", () => {
    expect(hex("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(hex("")).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  });

  test("encodes the length of texts longer than 512 MiB", () => {
    for (const bytes of [0, 1, 2 ** 29 - 1, 2 ** 29, 2 ** 29 + 1, 1_610_612_733]) {
      const [high, low] = lengthWords(bytes);
      expect(BigInt(high) * 2n ** 32n + BigInt(low)).toBe(BigInt(bytes) * 8n);
    }
  });

  test("returns the same for a cached text", () => {
    const hash = createOwnHash(2);
    for (const text of ["abc", "", "abc", "", "more", "abc"]) {
      expect(hash(text)).toBe(createHash("sha256").update(text).digest("base64url"));
    }
  });

  test("returns the same as Node at any length", () => {
    for (let length = 0; length < 200; length++) {
      const text = "é".repeat(length);
      expect(hex(text)).toBe(createHash("sha256").update(text).digest("hex"));
    }
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
        expect(hex(text)).toBe(createHash("sha256").update(Buffer.from(text)).digest("hex"));
      }),
    );
  });
});
