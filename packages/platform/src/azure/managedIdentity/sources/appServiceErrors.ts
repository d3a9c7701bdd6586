import { randomGuid } from "../../../core/random.ts";
import type { IdentityRefusal, ManagedIdentitySource } from "./source.ts";

/** Refuses requests as App Service does. `secretHeader` is the name of the header with the secret. */
export function refuseLikeAppService(secretHeader: string): ManagedIdentitySource["refuse"] {
  return ({ random }, refusal) => {
    const statusCode = statusOf(refusal);
    const message = messageOf(refusal, secretHeader);
    return { status: statusCode, body: { statusCode, message, correlationId: randomGuid(random) } };
  };
}

function statusOf(refusal: IdentityRefusal): number {
  if (refusal.kind === "tokenRefused") {
    return 500;
  }
  if (refusal.kind === "unavailable") {
    return refusal.status;
  }
  const reason = refusal.kind === "refused" ? refusal.reason : undefined;
  return reason === "noProof" ? 401 : reason === "wrongMethod" ? 405 : 400;
}

function messageOf(refusal: IdentityRefusal, secretHeader: string): string {
  switch (refusal.kind) {
    case "unavailable":
      return refusal.status === 429 ? "Too many requests." : tokenFailure;
    case "tokenRefused":
      return tokenFailure;
    case "notFound":
      return "No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId.";
    case "ambiguous":
    case "severalNamed":
      return "Unable to load the proper Managed Identity.";
    case "refused":
      return refusal.reason === "noProof" ? `The ${secretHeader} header is missing or wrong.` : reasons[refusal.reason];
  }
}

const tokenFailure = "An unexpected error occured while fetching the AAD Token.";

const reasons = {
  wrongMethod: "Only GET is allowed.",
  badVersion: "The api-version is missing or not supported.",
  noResource: "The resource parameter is missing.",
};
