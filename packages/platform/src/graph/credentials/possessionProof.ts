import type { Application, Json } from "../../directory/applications/applicationProperties.ts";
import { getCertificate } from "../../directory/credentials/keyCredentials.ts";
import { isSignedBy, parseAssertion } from "../../tokenService/clientAuthentication/assertion.ts";
import { GraphError } from "../request/graphErrors/graphError.ts";
import type { GraphRequest } from "../request/route.ts";

const audience = "00000002-0000-0000-c000-000000000000";
const maxLifetimeMs = 600_000;
const skewMs = 300_000;

/**
 * Throws unless `proof` is signed with the key of one of the application's certificates.
 *
 * @see https://learn.microsoft.com/graph/application-rollkey-prooftoken
 */
export function checkProof(request: GraphRequest, application: Application, proof: Json): void {
  const reason = findProblem(request, application, proof);
  if (reason !== undefined) {
    throw new GraphError("proofInvalid", {}, { reason });
  }
}

function findProblem({ directory, nowMs }: GraphRequest, application: Application, proof: Json): string | undefined {
  const parsed = parseAssertion(String(proof));
  if (parsed === undefined) {
    return "proof is not a JWT: three base64url parts, the first two JSON objects";
  }
  const { aud, iss, nbf, exp } = parsed.claims;
  if (aud !== audience) {
    return `proof's aud is not ${audience}`;
  }
  if (iss !== application.id) {
    return `proof's iss is not the application's object id, ${application.id}`;
  }
  if (typeof nbf !== "number" || typeof exp !== "number" || (exp - nbf) * 1000 > maxLifetimeMs) {
    return "proof needs nbf and exp, at most ten minutes apart";
  }
  if (nowMs < nbf * 1000 - skewMs || nowMs >= exp * 1000 + skewMs) {
    return "proof has expired or is not valid yet; check the client's clock";
  }
  const isSigned = application.keyCredentials
    .filter(({ startMs, endMs, usage }) => usage === "Verify" && startMs <= nowMs && nowMs < endMs)
    .some(({ keyId }) => {
      const certificate = getCertificate(directory, application.id, keyId);
      return certificate !== undefined && isSignedBy(parsed, certificate);
    });
  return isSigned ? undefined : "proof is not signed with the key of one of the application's valid certificates";
}
