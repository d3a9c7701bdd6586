import type { AuthorityKind } from "../api/authorityKind.ts";
import { requireOptionNames } from "../api/checks/optionNames.ts";
import { requireObject } from "../api/checks/optionTypes.ts";
import type { ClientCertificateOptions, Credential, CredentialContext } from "../api/credential.ts";
import { decodeHex, encodeBase64, encodeBase64Url, encodeHex } from "../crypto/base64url.ts";
import { equalBytes } from "../crypto/der.ts";
import { signJwt } from "../crypto/jwt.ts";
import type { SignatureAlgorithm } from "../crypto/privateKey.ts";
import type { Certificate } from "../crypto/x509.ts";
import { ConfigurationError } from "../errors/errors.ts";
import { randomUuid } from "../runtime/random.ts";
import { credentialError, readCertificates } from "./certificateText.ts";
import { jwtBearer } from "./clientAssertion.ts";
import { type AssertionSigner, chooseAlgorithm, makeSigner } from "./signer.ts";

const lifetimeMs = 600_000;
/** An assertion is reused until this long before it expires. */
const reuseMarginMs = 60_000;
/** A program with more tenants than this uses each of them rarely. */
const maximumAssertions = 1_000;

/**
 * Authenticates the application with a key and a certificate: a signed assertion, valid for ten minutes. For Entra ID
 * it is signed with PS256, identified by the SHA-256 thumbprint, and reused until a minute before it expires; with a
 * SHA-1 thumbprint only, or for AD FS, it is signed with RS256. Other issuers receive a new one each time, identified
 * by the key's `kid`.
 *
 * An async provider (a vault, replaceable files) is called for every token request, and once more if the service does
 * not accept the certificate: a new one is used from then on, without a restart.
 *
 * @throws {@link ConfigurationError} immediately, if the key or certificate cannot be read (`invalid_credential`) or
 * they do not belong together (`certificate_key_mismatch`); before a token request, if the certificate is outside its
 * validity period (`certificate_expired`), the passphrase is wrong, or a given thumbprint is not the certificate's.
 * @see https://learn.microsoft.com/entra/identity-platform/certificate-credentials
 * @see RFC 7523 section 3
 * @example
 * ```ts
 * import { readFile } from "node:fs/promises";
 * import { clientCertificate } from "@latchkey/client";
 *
 * const credential = clientCertificate({
 *   privateKey: await readFile("server.key", "utf8"),
 *   certificate: await readFile("server.crt", "utf8"),
 * });
 * const renewed = clientCertificate(async () => ({
 *   privateKey: await readFile("server.key", "utf8"),
 *   certificate: await readFile("server.crt", "utf8"),
 * }));
 * ```
 */
export function clientCertificate(
  options: ClientCertificateOptions | ((context: CredentialContext) => Promise<ClientCertificateOptions>),
): Credential {
  if (typeof options !== "function") {
    return fixedCertificate(options);
  }
  let known: ClientCertificateOptions = {};
  let credential: Credential | undefined;
  return async (context) => {
    const given: ClientCertificateOptions = await options(context);
    requireObject(given);
    const names = Object.keys({ ...known, ...given }) as (keyof ClientCertificateOptions)[];
    if (credential === undefined || names.some((name) => known[name] !== given[name])) {
      credential = fixedCertificate(given);
      known = { ...given };
    }
    return credential(context);
  };
}

function fixedCertificate(options: ClientCertificateOptions): Credential {
  requireOptionNames(
    "clientCertificate",
    options,
    "privateKey:any passphrase sign:function certificate:any thumbprint thumbprintSha256 x5c:any keyId",
  );
  const chain = options.certificate === undefined ? [] : readCertificates("certificate", options.certificate);
  const x5c = typeof options.x5c === "string" ? readCertificates("x5c", options.x5c) : options.x5c ? chain : [];
  if (options.x5c === true && chain.length === 0) {
    throw credentialError(
      "x5c is true but there is no certificate to send.",
      "Pass certificate, or the chain's PEM text as x5c.",
    );
  }
  const openSigner = makeSigner(options, chain.length > 0 ? chain : x5c);
  const names = {
    sha1: readThumbprint("thumbprint", options.thumbprint, 20),
    sha256: readThumbprint("thumbprintSha256", options.thumbprintSha256, 32),
  };
  const assertions = new Map<string, Assertion>();

  return async (context) => {
    const now = context.now();
    const signer = await openSigner();
    if (signer.certificate) {
      requireValidity(signer.certificate, now);
    }
    const thumbprints = await readThumbprints(names, signer.certificate);
    // One credential may serve several applications, and assertions contain the application's id.
    const cacheKey = JSON.stringify([context.clientId, context.audience]);
    const cached = assertions.get(cacheKey);
    // If it was issued in the future, the service's clock has become known since, and a new assertion is needed.
    const usable = cached && cached.expiresAtMs - reuseMarginMs > now && cached.expiresAtMs - lifetimeMs <= now;
    const assertion = usable ? cached : await makeAssertion(context, signer, thumbprints, x5c, options.keyId);
    if (!usable && mayReuse(context.authorityKind)) {
      for (const [key, { expiresAtMs }] of assertions) {
        if (expiresAtMs <= now || assertions.size >= maximumAssertions) {
          assertions.delete(key);
        }
      }
      assertions.set(cacheKey, assertion);
    }
    return {
      parameters: { client_assertion_type: jwtBearer, client_assertion: assertion.jwt },
      keyName: assertion.keyName,
    };
  };
}

interface Assertion {
  readonly jwt: string;
  readonly keyName: string | undefined;
  readonly expiresAtMs: number;
}

interface Thumbprints {
  readonly sha1: Uint8Array | undefined;
  readonly sha256: Uint8Array | undefined;
}

// Entra: an assertion's jti may be used again, so one assertion serves many requests. Other issuers may reject that.
function mayReuse(kind: AuthorityKind): boolean {
  return kind !== "adfs" && kind !== "generic";
}

async function makeAssertion(
  context: CredentialContext,
  signer: AssertionSigner,
  thumbprints: Thumbprints,
  x5c: readonly Certificate[],
  keyId: string | undefined,
): Promise<Assertion> {
  const { algorithm, name } = await identifyKey(context.authorityKind, signer, thumbprints, keyId);
  const issuedAt = Math.floor(context.now() / 1000);
  const chain = signingFirst(x5c, signer.certificate).map(({ der }) => encodeBase64(der));
  const expiresAt = issuedAt + lifetimeMs / 1000;
  const jwt = await signJwt(
    { alg: algorithm, typ: "JWT", ...name, x5c: chain.length === 0 ? undefined : chain },
    {
      aud: context.audience,
      iss: context.clientId,
      sub: context.clientId,
      jti: randomUuid(context.random),
      nbf: issuedAt,
      iat: issuedAt,
      exp: expiresAt,
    },
    (data) => signer.sign(data, algorithm),
  );
  const keyName = thumbprints.sha1 ? encodeHex(thumbprints.sha1).toUpperCase() : Object.values(name)[0];
  return { jwt, keyName, expiresAtMs: expiresAt * 1000 };
}

/** The algorithm, and the name by which the service knows the key. */
async function identifyKey(
  kind: AuthorityKind,
  signer: AssertionSigner,
  { sha1, sha256 }: Thumbprints,
  keyId: string | undefined,
): Promise<{ algorithm: SignatureAlgorithm; name: Readonly<Record<string, string | undefined>> }> {
  if (kind === "generic") {
    const kid = keyId ?? (await signer.jwkThumbprint());
    const algorithm = chooseAlgorithm(
      signer,
      signer.type === "EC" ? ["ES256"] : ["RS256", "PS256"],
      "a generic issuer",
    );
    return { algorithm, name: { kid } };
  }
  if (kind !== "adfs" && sha256) {
    const algorithm = chooseAlgorithm(signer, ["PS256", "RS256"], "Entra ID");
    return { algorithm, name: { "x5t#S256": encodeBase64Url(sha256) } };
  }
  if (!sha1) {
    throw credentialError(
      kind === "adfs" ? "AD FS needs the certificate's SHA-1 thumbprint." : "Nothing identifies the certificate.",
      "Pass certificate (thumbprints are computed from it), or its SHA-1 thumbprint as thumbprint.",
    );
  }
  return { algorithm: chooseAlgorithm(signer, ["RS256"], "a SHA-1 thumbprint"), name: { x5t: encodeBase64Url(sha1) } };
}

async function readThumbprints(given: Thumbprints, certificate: Certificate | undefined): Promise<Thumbprints> {
  if (!certificate) {
    return given;
  }
  const digest = async (name: string, expected: Uint8Array | undefined): Promise<Uint8Array> => {
    const own = new Uint8Array(await crypto.subtle.digest(name, certificate.der));
    if (expected === undefined || equalBytes(own, expected)) {
      return own;
    }
    throw credentialError(
      `The ${name} thumbprint given is ${encodeHex(expected)}, but the certificate's is ${encodeHex(own)}.`,
      "Leave the thumbprint out: it is computed from the certificate.",
    );
  };
  return { sha1: await digest("SHA-1", given.sha1), sha256: await digest("SHA-256", given.sha256) };
}

function readThumbprint(option: string, text: string | undefined, length: number): Uint8Array | undefined {
  if (text === undefined) {
    return undefined;
  }
  // OpenSSL prints a name, an equals sign and colons; the Windows dialog adds an invisible mark before the first digit.
  const digits = text.replace(/^.*=|[^\p{L}\p{N}]/gu, "");
  if (!/^[0-9a-f]+$/i.test(digits) || digits.length !== length * 2) {
    throw credentialError(
      `${option} has ${digits.length} letters and digits: not ${length * 2} hexadecimal digits.`,
      `Copy the certificate's ${length === 20 ? "SHA-1" : "SHA-256"} thumbprint, or pass certificate, from which it is computed.`,
    );
  }
  return decodeHex(digits);
}

function requireValidity({ notBeforeMs, notAfterMs }: Certificate, nowMs: number): void {
  if (notBeforeMs <= nowMs && nowMs <= notAfterMs) {
    return;
  }
  const now = new Date(nowMs).toISOString();
  const [what, when, limitMs] =
    nowMs > notAfterMs
      ? (["expired", "notAfter", notAfterMs] as const)
      : (["is not valid yet", "notBefore", notBeforeMs] as const);
  const limit = new Date(limitMs).toISOString();
  throw new ConfigurationError(`The certificate ${what}: ${when} is ${limit}, the local time is ${now}.`, {
    code: "certificate_expired",
    remedy: "Create a new certificate and upload it to the application, or correct this machine's clock.",
  });
}

/** The service takes the first certificate of x5c for the signing one. */
function signingFirst(chain: readonly Certificate[], signing: Certificate | undefined): readonly Certificate[] {
  const signs = ({ der }: Certificate): number => Number(signing !== undefined && equalBytes(der, signing.der));
  return [...chain].sort((a, b) => signs(b) - signs(a));
}
