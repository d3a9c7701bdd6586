import { constants, type SigningOptions, verify, X509Certificate } from "node:crypto";
import { Refusal, ticks } from "../../aadsts/aadsts.ts";
import { type Claims, decodeJson } from "../../core/jwt.ts";
import type { Application, KeyCredential } from "../../directory/applications/applicationProperties.ts";
import { getCertificate } from "../../directory/credentials/keyCredentials.ts";
import type { Tenant } from "../../directory/tenants/tenants.ts";
import type { TokenServiceContext } from "../context.ts";
import type { TokenRequest } from "../tokenRequest.ts";
import { isAcceptedAudience } from "./assertionAudience.ts";
import type { ClientAuthenticationMethod } from "./method.ts";

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const skewMs = 300_000;

const pkcs1: SigningOptions = { padding: constants.RSA_PKCS1_PADDING };
const pss: SigningOptions = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };

/** @see RFC 7518 sections 3.3 and 3.5 */
const algorithms: ReadonlyMap<string, { readonly hash: string; readonly options: SigningOptions }> = new Map([
  ["RS256", { hash: "sha256", options: pkcs1 }],
  ["RS384", { hash: "sha384", options: pkcs1 }],
  ["RS512", { hash: "sha512", options: pkcs1 }],
  ["PS256", { hash: "sha256", options: pss }],
  ["PS384", { hash: "sha384", options: pss }],
  ["PS512", { hash: "sha512", options: pss }],
]);

/** A parsed JWT of which nothing has been checked. */
export interface Assertion {
  readonly header: Claims;
  readonly claims: Claims;
  readonly signedInput: string;
  readonly signature: Buffer;
}

interface AssertionFacts {
  readonly context: TokenServiceContext;
  readonly request: TokenRequest;
  readonly application: Application;
  readonly tenant: Tenant;
  readonly assertion: Assertion;
}

/**
 * A JWT signed with the key of a registered certificate. An assertion may be sent again: MSAL caches and reuses one,
 * and the real service allows it.
 *
 * @see RFC 7523 section 3, https://learn.microsoft.com/entra/identity-platform/certificate-credentials
 */
export const assertion: ClientAuthenticationMethod = {
  isPresented: ({ form }) => (form.get("client_assertion") ?? "") !== "",
  authenticate(context, request, application, tenant) {
    const type = request.form.get("client_assertion_type") ?? "";
    if (type !== assertionType) {
      throw new Refusal(
        "900144",
        { name: "client_assertion_type" },
        `client_assertion needs client_assertion_type=${assertionType}`,
      );
    }
    const parsed = parseAssertion(request.form.get("client_assertion") ?? "");
    if (parsed === undefined) {
      throw new Refusal(
        "50027",
        {},
        "client_assertion is not a JWT: three base64url parts, the first two JSON objects",
      );
    }
    const facts = { context, request, application, tenant, assertion: parsed };
    // In the order in which the refusals are reported.
    checkRequiredClaims(facts);
    checkAlgorithm(facts);
    checkKeyIdentifier(facts);
    checkTimes(facts);
    checkIssuer(facts);
    checkAudience(facts);
    checkSignature(facts);
    return "certificate";
  },
};

/** Returns `undefined` if it is not a JWT. */
export function parseAssertion(jwt: string): Assertion | undefined {
  const [header = "", payload = "", signature = "", ...rest] = jwt.split(".");
  const decodedHeader = decodeJson(header);
  const claims = decodeJson(payload);
  if (decodedHeader === undefined || claims === undefined || signature === "" || rest.length > 0) {
    return undefined;
  }
  return {
    header: decodedHeader,
    claims,
    signedInput: `${header}.${payload}`,
    signature: Buffer.from(signature, "base64url"),
  };
}

function checkRequiredClaims({ assertion: { claims } }: AssertionFacts): void {
  const missing = ["iss", "aud"].find((name) => claims[name] === undefined || claims[name] === "");
  if (missing !== undefined) {
    throw new Refusal("90014", { field: missing }, `the client assertion has no ${missing} claim`);
  }
}

function checkAlgorithm({ assertion: { header } }: AssertionFacts): void {
  const algorithm = String(header["alg"]);
  if (!algorithms.has(algorithm)) {
    const supported = [...algorithms.keys()].join(",");
    throw new Refusal("5002738", { algorithm, supported }, `sign the client assertion with one of ${supported}`);
  }
}

function checkKeyIdentifier({ assertion: { header } }: AssertionFacts): void {
  if (!["x5t", "x5t#S256", "kid"].some((name) => typeof header[name] === "string" && header[name] !== "")) {
    const why = "the client assertion's header has no key id: add x5t#S256 (or x5t) with the thumbprint";
    throw new Refusal("5002723", {}, why);
  }
}

function checkTimes({ context, assertion: { claims } }: AssertionFacts): void {
  const now = context.clock.now();
  // Absent means 1970, as in the real service. MSAL Python sends fractions of a second, MSAL .NET JSON strings.
  const notBefore = epochMs(claims["nbf"]);
  const expiry = epochMs(claims["exp"]);
  if (notBefore - skewMs <= now && now < expiry + skewMs) {
    return;
  }
  const times = { now: ticks(now), notBefore: ticks(notBefore), expiry: ticks(expiry) };
  const why =
    now < expiry
      ? "the client assertion is not valid yet; is the client's clock ahead of the platform's?"
      : "the client assertion has expired (or has no exp); is the client's clock behind the platform's?";
  throw new Refusal("700024", times, why);
}

function checkIssuer({ application, assertion: { claims } }: AssertionFacts): void {
  const isClient = (claim: unknown): boolean =>
    typeof claim === "string" && claim.toLowerCase() === application.appId.toLowerCase();
  if (!isClient(claims["iss"])) {
    throw new Refusal("700021", {}, "the client assertion's iss is not the client_id of the request");
  }
  if (!isClient(claims["sub"])) {
    throw new Refusal("50048", {}, "the client assertion's sub differs from its iss; both are the client id");
  }
}

function checkAudience({ context, request, tenant, assertion: { claims } }: AssertionFacts): void {
  const audiences = [claims["aud"]].flat();
  const isAccepted = audiences.some(
    (audience) => typeof audience === "string" && isAcceptedAudience(context, request.exchange.base, tenant, audience),
  );
  if (!isAccepted) {
    const expected = `${request.exchange.base}/${tenant.id}/oauth2/v2.0/token`;
    throw new Refusal("700023", {}, `the client assertion's aud is ${JSON.stringify(claims["aud"])}; use ${expected}`);
  }
}

function checkSignature({ context, application, assertion: found }: AssertionFacts): void {
  const { appId } = application;
  const presented = presentedThumbprint(found.header);
  const credential = application.keyCredentials.find((candidate) => isNamed(candidate, found.header));
  const certificate =
    credential === undefined ? undefined : getCertificate(context.directory, application.id, credential.keyId);
  if (credential === undefined || certificate === undefined) {
    const thumbprint = presented === undefined ? "" : `Thumbprint of key used by client: '${presented}', `;
    const registered = application.keyCredentials.map((candidate) => candidate.thumbprint).join(", ") || "none";
    const why = `no registered certificate has the thumbprint in the assertion's header; registered (SHA-1): ${registered}`;
    throw new Refusal("700027:notRegistered", { thumbprint, appId }, why);
  }
  const now = context.clock.now();
  const [start, end] = [usDate(credential.startMs), usDate(credential.endMs)];
  const thumbprint = presented ?? credential.thumbprint;
  if (now >= credential.endMs || now < credential.startMs) {
    const why = `the registered certificate is valid from ${start} to ${end} (UTC) only; register a current one`;
    throw new Refusal("700027:expired", { thumbprint, start, end }, why);
  }
  if (!isSignedBy(found, certificate)) {
    const why = "the signature was not made with the key of the certificate named in the header";
    throw new Refusal("700027:signature", { thumbprint, start, end }, why);
  }
}

function isNamed(credential: KeyCredential, header: Claims): boolean {
  if (credential.type !== "AsymmetricX509Cert" || credential.usage !== "Verify") {
    return false;
  }
  if (typeof header["x5t#S256"] === "string") {
    return hex(header["x5t#S256"]) === credential.thumbprintSha256;
  }
  if (typeof header["x5t"] === "string") {
    return hex(header["x5t"]) === credential.thumbprint;
  }
  const kid = String(header["kid"]);
  return [kid.toUpperCase(), hex(kid)].includes(credential.thumbprint) || kid === credential.keyId;
}

function presentedThumbprint(header: Claims): string | undefined {
  const encoded = header["x5t#S256"] ?? header["x5t"];
  return typeof encoded === "string" ? hex(encoded) : undefined;
}

/** Whether the RSA key of the certificate (DER) made the signature, by one of the supported algorithms. */
export function isSignedBy({ header, signedInput, signature }: Assertion, certificate: Uint8Array): boolean {
  const algorithm = algorithms.get(String(header["alg"]));
  const key = new X509Certificate(certificate).publicKey;
  if (algorithm === undefined || key.asymmetricKeyType !== "rsa") {
    return false;
  }
  return verify(algorithm.hash, Buffer.from(signedInput), { key, ...algorithm.options }, signature);
}

/** Converts base64url, with or without padding, to upper-case hexadecimal. */
function hex(base64url: string): string {
  return Buffer.from(base64url, "base64url").toString("hex").toUpperCase();
}

function epochMs(claim: unknown): number {
  const seconds = typeof claim === "string" && /^\d+$/.test(claim) ? Number(claim) : claim;
  return typeof seconds === "number" && Number.isFinite(seconds) ? seconds * 1000 : 0;
}

function usDate(instantMs: number): string {
  const [year, month, day, hour, minute, second] = new Date(instantMs).toISOString().split(/[-T:.]/);
  return `${month}/${day}/${year} ${hour}:${minute}:${second}`;
}
