import { verify } from "node:crypto";
import { Refusal, ticks } from "../../aadsts/aadsts.ts";
import { type Claims, decodeJson, stringClaim } from "../../core/jwt.ts";
import type { Application } from "../../directory/applications/applicationProperties.ts";
import {
  type FederatedCredential,
  listFederatedCredentials,
} from "../../directory/credentials/federatedCredentials.ts";
import type { ClientProof } from "../../signing/claims/claimValues.ts";
import type { TokenServiceContext } from "../context.ts";
import type { TokenRequest } from "../tokenRequest.ts";
import { fetchIssuerKeys, type IssuerKey, readKeySet } from "./issuerKeys.ts";
import type { ClientAuthenticationMethod } from "./method.ts";

const skewMs = 300_000;

/**
 * A token from another identity provider, named by the application's federated identity credentials.
 *
 * @see https://learn.microsoft.com/entra/workload-id/workload-identity-federation
 */
export const federated: ClientAuthenticationMethod = {
  // The issuer of a client's own assertion is its client id; every other issuer is a URL.
  isPresented(request) {
    const claims = presentedClaims(request);
    return claims !== undefined && URL.canParse(stringClaim(claims, "iss"));
  },
  async authenticate(context, request, application): Promise<ClientProof> {
    const claims = presentedClaims(request) ?? {};
    checkOwnIssuer(context, claims);
    const credential = matchCredential(context, application, claims);
    checkTimes(context, claims);
    await checkSignature(credential, request.form.get("client_assertion") ?? "");
    return "certificate";
  },
};

function presentedClaims({ form }: TokenRequest): Claims | undefined {
  const assertion = form.get("client_assertion") ?? "";
  return assertion === "" ? undefined : decodeJson(assertion.split(".")[1] ?? "");
}

function checkOwnIssuer({ issuers }: TokenServiceContext, claims: Claims): void {
  const issuer = stringClaim(claims, "iss");
  if (Object.values(issuers).some((own) => issuer.startsWith(`${own}/`))) {
    const why = "the assertion is a token of this platform itself; only other issuers can be federated";
    throw new Refusal("700222", {}, why);
  }
}

/** Compares issuer, then audience, then subject, and reports the first one that no credential has. */
function matchCredential(
  { directory }: TokenServiceContext,
  application: Application,
  claims: Claims,
): FederatedCredential {
  const [issuer, subject] = [stringClaim(claims, "iss"), stringClaim(claims, "sub")];
  const audiences = [claims["aud"]].flat().filter((audience) => typeof audience === "string");
  const all = listFederatedCredentials(directory, application.id);
  const ofIssuer = all.filter((credential) => credential.issuer === issuer);
  if (ofIssuer.length === 0) {
    const known = all.map((credential) => credential.issuer).join(", ") || "none";
    throw new Refusal("700211", { issuer }, `the application's federated credentials have these issuers: ${known}`);
  }
  const ofAudience = ofIssuer.filter(({ audience }) => audiences.includes(audience));
  if (ofAudience.length === 0) {
    const audience = audiences.join(", ");
    throw new Refusal("700212", { audience }, `the federated credential expects ${ofIssuer[0]?.audience}`);
  }
  const credential = ofAudience.find((candidate) => candidate.subject === subject);
  if (credential !== undefined) {
    return credential;
  }
  const expected = ofAudience.map((candidate) => candidate.subject).join(", ");
  const differsInCase = ofAudience.some((candidate) => candidate.subject.toLowerCase() === subject.toLowerCase());
  throw new Refusal(
    differsInCase ? "7002138" : "700213",
    { subject },
    `the federated credential expects the subject ${expected}`,
  );
}

function checkTimes({ clock }: TokenServiceContext, claims: Claims): void {
  const nowMs = clock.now();
  const [notBeforeMs, expiryMs] = [milliseconds(claims, "nbf"), milliseconds(claims, "exp")];
  if (notBeforeMs - skewMs <= nowMs && nowMs < expiryMs + skewMs) {
    return;
  }
  const times = { now: ticks(nowMs), notBefore: ticks(notBeforeMs), expiry: ticks(expiryMs) };
  throw new Refusal(
    "700024",
    times,
    "the federated assertion is expired or not valid yet; does its issuer's clock differ from the platform's?",
  );
}

async function checkSignature({ issuer, keys }: FederatedCredential, jwt: string): Promise<void> {
  const [header = "", payload = "", signature = ""] = jwt.split(".");
  const decoded = decodeJson(header);
  if (decoded?.["alg"] !== "RS256") {
    const algorithm = String(decoded?.["alg"]);
    throw new Refusal("5002738", { algorithm, supported: "RS256" }, "federated assertions must be signed with RS256");
  }
  const published = await publishedKeys(issuer, keys);
  const kid = decoded["kid"];
  const matching = published.filter((candidate) => kid === undefined || candidate.kid === kid);
  const input = Buffer.from(`${header}.${payload}`);
  if (!matching.some(({ key }) => verify("sha256", input, key, Buffer.from(signature, "base64url")))) {
    throw new Refusal("50012", {}, `no key of ${issuer} made the assertion's signature (kid ${String(kid)})`);
  }
}

async function publishedKeys(issuer: string, keys: FederatedCredential["keys"]): Promise<readonly IssuerKey[]> {
  if (keys !== null) {
    return readKeySet(keys);
  }
  try {
    return await fetchIssuerKeys(issuer);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Refusal("50166", {}, `the keys of ${issuer} are not available: ${reason}`);
  }
}

function milliseconds(claims: Claims, name: string): number {
  const value = claims[name];
  return typeof value === "number" && Number.isFinite(value)
    ? Math.min(Math.max(value * 1000, 0), 253_402_300_799_999)
    : 0;
}
