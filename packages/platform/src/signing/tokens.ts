import { type KeyObject, sign, verify } from "node:crypto";
import { type Claims, decodeJson } from "../core/jwt.ts";
import type { SigningKey, SigningKeys } from "./signingKeys.ts";

/** A token before it is signed. A listener changes `header` and `claims` in place. */
export interface BeforeToken {
  readonly kind: "access" | "id";
  /** The version of the token. */
  readonly version: 1 | 2;
  readonly tenantId: string | undefined;
  readonly clientId: string | undefined;
  /** The object id of the user, if there is one. */
  readonly userId: string | undefined;
  /** Changing `alg` changes only the text: the signature is always RS256 with the platform's key. */
  readonly header: Record<string, unknown>;
  /** The rest of the response, such as `expires_in`, does not follow; change it in `beforeResponse`. */
  readonly claims: Record<string, unknown>;
}

/** The listeners that can change each token before it is signed. */
export interface TokenListeners {
  has(name: "beforeToken"): boolean;
  call(name: "beforeToken", token: BeforeToken): Promise<void>;
}

/** The result of checking a presented token. Only the signature is checked; times and audience are up to the caller. */
export type VerifiedToken =
  | { readonly kind: "verified"; readonly claims: Claims }
  | { readonly kind: "malformed" }
  | { readonly kind: "badSignature" };

/** Signs and checks the platform's own tokens. */
export interface Signing {
  readonly keys: SigningKeys;
  /**
   * Returns a compact RS256 JWT; version 1 tokens name the key twice, as `x5t` and `kid`. `beforeToken` listeners may
   * change it; `kind` is for them, default `access`.
   */
  sign(version: 1 | 2, claims: Claims, kind?: "access" | "id"): Promise<string>;
  verify(token: string): Promise<VerifiedToken>;
}

/** Clients send the same token many times, so the signature of a verified token is not checked again. */
const verifiedLimit = 500;

export function tokenSigning(keys: SigningKeys, listeners?: TokenListeners): Signing {
  const headers = new Map<string, string>();
  const verified = new Map<string, { readonly key: SigningKey; readonly claims: Claims }>();
  const sign = batchedSigner();

  function encodedHeader(version: 1 | 2, { kid }: SigningKey): string {
    const known = headers.get(`${version}${kid}`);
    if (known !== undefined) {
      return known;
    }
    const encoded = encodeJson(tokenHeader(version, kid));
    headers.set(`${version}${kid}`, encoded);
    return encoded;
  }

  return {
    keys,
    async sign(version, claims, kind = "access") {
      const key = await keys.current();
      const input =
        listeners?.has("beforeToken") === true
          ? await inputAfterListeners(listeners, version, claims, kind, key)
          : `${encodedHeader(version, key)}.${encodeJson(claims)}`;
      const signature = await sign(input, key.privateKey);
      return `${input}.${signature.toString("base64url")}`;
    },
    async verify(token) {
      const published = await keys.published();
      const known = verified.get(token);
      if (known !== undefined && published.includes(known.key)) {
        return { kind: "verified", claims: known.claims };
      }
      const [header = "", payload = "", signature = "", ...rest] = token.split(".");
      const decoded = decodeJson(header);
      const claims = decodeJson(payload);
      if (rest.length > 0 || decoded === undefined || claims === undefined) {
        return { kind: "malformed" };
      }
      const key = published.find(({ kid }) => kid === decoded["kid"]);
      const input = Buffer.from(`${header}.${payload}`);
      if (key === undefined || decoded["alg"] !== "RS256") {
        return { kind: "badSignature" };
      }
      if (!verify("sha256", input, key.publicKey, Buffer.from(signature, "base64url"))) {
        return { kind: "badSignature" };
      }
      if (verified.size >= verifiedLimit) {
        verified.clear();
      }
      verified.set(token, { key, claims });
      return { kind: "verified", claims };
    },
  };
}

function tokenHeader(version: 1 | 2, kid: string): Claims {
  return version === 1 ? { typ: "JWT", alg: "RS256", x5t: kid, kid } : { typ: "JWT", alg: "RS256", kid };
}

/** Header and payload after the listeners. They get a copy, because parts of the claims belong to the directory. */
async function inputAfterListeners(
  listeners: TokenListeners,
  version: 1 | 2,
  claims: Claims,
  kind: "access" | "id",
  { kid }: SigningKey,
): Promise<string> {
  const header = { ...tokenHeader(version, kid) };
  const offered = JSON.parse(JSON.stringify(claims)) as Record<string, unknown>;
  const text = (name: string): string | undefined => {
    const value = claims[name];
    return typeof value === "string" ? value : undefined;
  };
  const hasUser = kind === "id" || claims["scp"] !== undefined;
  await listeners.call("beforeToken", {
    kind,
    version,
    tenantId: text("tid"),
    clientId: kind === "id" ? text("aud") : (text("appid") ?? text("azp")),
    userId: hasUser ? text("oid") : undefined,
    header,
    claims: offered,
  });
  return `${encodeJson(header)}.${encodeJson(offered)}`;
}

function encodeJson(value: Claims): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

interface Waiting {
  readonly input: string;
  readonly key: KeyObject;
  readonly resolve: (signature: Buffer) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Makes RS256 signatures: all that are requested in one turn of the event loop, one after another at its end. Signing
 * between two requests would evict what the next request needs from the processor's caches. Handing the work to libuv's
 * threads, which would keep the event loop free, costs more time than that.
 */
export function batchedSigner(): (input: string, key: KeyObject) => Promise<Buffer> {
  let waiting: Waiting[] = [];

  function signAll(): void {
    const batch = waiting;
    waiting = [];
    for (const { input, key, resolve, reject } of batch) {
      try {
        resolve(sign("sha256", Buffer.from(input), key));
      } catch (error) {
        reject(error);
      }
    }
  }

  return (input, key) =>
    new Promise((resolve, reject) => {
      if (waiting.push({ input, key, resolve, reject }) === 1) {
        setImmediate(signAll);
      }
    });
}
