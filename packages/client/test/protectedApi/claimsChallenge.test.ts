import { claimsChallengeOf } from "@latchkey/client";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const claims = '{"access_token":{"nbf":{"essential":true, "value":"1657834417"}}}';
const base64 = Buffer.from(claims).toString("base64");

describe("the claims of a WWW-Authenticate header", () => {
  test.each<[string, string]>([
    [
      "as Graph sends them",
      `Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000", error="insufficient_claims", claims="${base64}", errorDescription="Continuous access evaluation resulted in claims challenge with result: InteractionRequired, and code: X"`,
    ],
    ["without padding", `Bearer error="insufficient_claims", claims="${base64.replace(/=+$/, "")}"`],
    ["as base64url", `Bearer error="insufficient_claims", claims="${Buffer.from(claims).toString("base64url")}"`],
    ["as JSON in a quoted text", `Bearer error="insufficient_claims", claims="${claims.replaceAll('"', '\\"')}"`],
    ["with names and scheme in other cases", `bearer ERROR="insufficient_claims",Claims="${base64}"`],
    [
      "with an unquoted address before them",
      `Bearer authorization_uri=https://x.test/a, error="insufficient_claims", claims="${base64}"`,
    ],
    ["of the second challenge", `PoP nonce="abc", Bearer error="insufficient_claims", claims="${base64}"`],
    [
      "as Azure Resource Manager sends them for a revoked session",
      `Bearer authorization_uri="https://login.windows.net/", error="invalid_token", error_description="User session has been revoked", claims="${base64}"`,
    ],
    [
      "as Azure Resource Manager sends them for a policy of addresses",
      `Bearer authorization_uri="https://login.windows.net/", error="invalid_token", claims="${base64.replace(/=+$/, "")}", error_description="Tenant IP Policy validate failed."`,
    ],
    ["without an error", `Bearer claims="${base64}"`],
    ["of the second Bearer challenge", `Bearer realm="a", Bearer error="invalid_token", claims="${base64}"`],
    [
      "of the first challenge with claims that can be decoded",
      `Bearer claims="%%%", Bearer claims="${Buffer.from("[1]").toString("base64")}", Bearer claims="${base64}", Bearer claims="e30="`,
    ],
    ["behind another scheme's token", `Negotiate YII/+abc==, Bearer error="invalid_token", claims="${base64}"`],
    ["behind another scheme without parameters", `NTLM, Bearer error="invalid_token", claims="${base64}"`],
    ["behind a parameter without a value", `Bearer realm=, error="invalid_token", claims="${base64}"`],
    ["behind an empty part", `, ,Bearer ,, error="invalid_token", , claims="${base64}"`],
    ["without commas", `Bearer realm="" error="invalid_token" claims="${base64}"`],
    ["with blanks around the signs", `Bearer\trealm = "" ,error= "invalid_token" , claims ="${base64}"`],
    ["without quotes", `Bearer error=insufficient_claims, claims=${base64}`],
    ["behind quotes in a quoted text", `Bearer realm="a\\"b, Basic claims=\\"x", claims="${base64}"`],
    ["before truncated text", `Bearer claims="${base64}", error_description="User ses`],
    [
      "with an unquoted address that has signs of its own",
      `Bearer authorization_uri=https://x.test/a?b=c&d="e", claims="${base64}"`,
    ],
  ])("are read %s", (_, header) => {
    expect(claimsChallengeOf(header)).toBe(claims);
  });

  test.each<[string, string | null]>([
    ["no header", null],
    ["no claims", 'Bearer error="invalid_token"'],
    ["another scheme", `PoP error="insufficient_claims", claims="${base64}"`],
    ["another scheme's claims behind a Bearer challenge", `Bearer error="insufficient_claims", PoP claims="${base64}"`],
    ["claims that are not JSON", 'Bearer error="insufficient_claims", claims="bm9uc2Vuc2U="'],
    ["claims that are not an object", `Bearer claims="${Buffer.from("[1]").toString("base64")}"`],
    ["claims that are null", `Bearer claims="${Buffer.from("null").toString("base64")}"`],
    ["claims that are cut off", `Bearer error="invalid_token", claims="${base64}`],
    ["claims in another parameter's text", `Bearer realm="x, claims=${base64}"`],
    ["claims before any scheme", `claims="${base64}"`],
    ["claims that are not base64", 'Bearer error="insufficient_claims", claims="%%%"'],
  ])("are absent with %s", (_, header) => {
    expect(claimsChallengeOf(header)).toBeUndefined();
  });

  test("are read from anything without an exception", () => {
    fc.assert(fc.property(fc.string({ unit: "binary-ascii" }), (header) => void claimsChallengeOf(header)));
    fc.assert(
      fc.property(
        fc.string(),
        (text) => void claimsChallengeOf(`Bearer error="insufficient_claims", claims="${text}"`),
      ),
    );
  });

  test("are found after any other challenges", () => {
    const word = fc.stringMatching(/^[a-z]{1,8}$/);
    const text = fc.string({ unit: "binary-ascii" }).map((raw) => raw.replace(/[^\x20-\x7e]/g, ""));
    const quoted = text.map((raw) => `"${raw.replace(/["\\]/g, "\\$&")}"`);
    const parameters = fc.array(
      fc.tuple(word, quoted).map((pair) => pair.join("=")),
      { minLength: 1, maxLength: 3 },
    );
    const challenge = fc.oneof(
      fc.tuple(word, parameters).map(([scheme, pairs]) => `${scheme}x ${pairs.join(", ")}`),
      fc.tuple(word, fc.stringMatching(/^[A-Za-z0-9+/]{1,12}={0,2}$/)).map(([scheme, given]) => `${scheme}x ${given}`),
      word.map((scheme) => `${scheme}x`),
    );
    fc.assert(
      fc.property(fc.array(challenge, { maxLength: 4 }), fc.array(challenge, { maxLength: 2 }), (before, behind) => {
        const header = [...before, `Bearer error="invalid_token", claims="${base64}"`, ...behind].join(", ");
        expect(claimsChallengeOf(header)).toBe(claims);
      }),
    );
  });

  test.each<[string, string]>([
    ["quotes", '"'],
    ["backslashes", "\\"],
    ["quotes and backslashes", '\\"'],
    ["opened texts", 'a="\\" '],
    ["opened texts with commas", 'a="\\",'],
    ["signs", "a="],
    ["blanks", " "],
    ["words", "a "],
    ["letters", "a"],
    ["challenges", 'Bearer claims="%%%", '],
    ["commas", ","],
  ])("are absent in a megabyte of %s, which is not read to its end", (_, part) => {
    for (const before of ["", "Bearer ", 'Bearer claims="', "Bearer claims="]) {
      const header = before + part.repeat(1_000_000 / part.length);
      expect(claimsChallengeOf(header)).toBeUndefined();
      expect(claimsChallengeOf(`${header}", Bearer claims="${base64}"`)).toBeUndefined();
    }
  });
});
