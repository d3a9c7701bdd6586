import { claimsChallengeOf } from "@latchkey/client";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const claims = '{"access_token":{"nbf":{"essential":true, "value":"1657834417"}}}';
const base64 = Buffer.from(claims).toString("base64");

describe("the claims of a WWW-Authenticate header", () => {
  it.each<[string, string]>([
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
  ])("are read %s", (_, header) => {
    expect(claimsChallengeOf(header)).toBe(claims);
  });

  it.each<[string, string | null]>([
    ["no header", null],
    ["no claims", 'Bearer error="invalid_token"'],
    ["another error", `Bearer error="invalid_token", claims="${base64}"`],
    ["another scheme", `PoP error="insufficient_claims", claims="${base64}"`],
    ["another scheme's claims behind a Bearer challenge", `Bearer error="insufficient_claims", PoP claims="${base64}"`],
    ["claims that are no JSON", 'Bearer error="insufficient_claims", claims="bm9uc2Vuc2U="'],
    ["claims that are no base64", 'Bearer error="insufficient_claims", claims="%%%"'],
  ])("are none with %s", (_, header) => {
    expect(claimsChallengeOf(header)).toBeUndefined();
  });

  it("are read from anything without a throw", () => {
    fc.assert(fc.property(fc.string({ unit: "binary-ascii" }), (header) => void claimsChallengeOf(header)));
    fc.assert(
      fc.property(
        fc.string(),
        (text) => void claimsChallengeOf(`Bearer error="insufficient_claims", claims="${text}"`),
      ),
    );
  });
});
