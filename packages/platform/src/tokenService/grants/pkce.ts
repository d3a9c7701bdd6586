import { createHash } from "node:crypto";
import { Refusal } from "../../aadsts/aadsts.ts";
import type { CodeChallenge } from "../../directory/issuedTokens/authorizationCodes.ts";

const shape = /^[A-Za-z0-9._~-]{43,128}$/;

/** Base64url SHA-256. @see RFC 7636 section 4.2 */
export function verifierHash(verifier: string): string {
  return createHash("sha256").update(verifier, "utf8").digest("base64url");
}

/** Reads the challenge of an authorization request. The default method is plain. @see RFC 7636 section 4.3 */
export function readChallenge(challenge: string | undefined, method: string | undefined): CodeChallenge | undefined {
  if (challenge === undefined || challenge === "") {
    if (method !== undefined && method !== "") {
      throw new Refusal("50147", {}, "code_challenge_method was sent without code_challenge");
    }
    return undefined;
  }
  const named = method === undefined || method === "" ? "plain" : method;
  if (named !== "plain" && named !== "S256") {
    throw new Refusal("50147", {}, `code_challenge_method ${named} is unknown; use S256`);
  }
  if (!shape.test(challenge)) {
    throw new Refusal(
      "501491",
      {},
      "code_challenge must have 43 to 128 characters: letters, digits, hyphen, dot, underscore, tilde",
    );
  }
  // Base64 with padding, plus or slash does not match; a correct S256 challenge is the hash already.
  const hash = named === "S256" ? challenge : verifierHash(challenge);
  return { method: named, verifierHash: hash };
}
