import { type KeyObject, sign, verify } from "node:crypto";
import { type Claims, decodeJson } from "../core/jwt.ts";
import type { SigningKey, SigningKeys } from "./signingKeys.ts";

/** A token that is about to be signed. Change `header` and `claims` in place to issue another one. */
export interface BeforeToken {
  readonly kind: "access" | "id";
  /** Of the token: 1 or 2. */
  readonly version: 1 | 2;
  readonly tenantId: string | undefined;
  readonly clientId: string | undefined;
  /** The object id of the user, when there is one. */
  readonly userId: string | undefined;
  /** `alg` is text only: the signature is RS256 by the platform's key whatever it says. */
  readonly header: Record<string, unknown>;
  /** What else the answer says, such as `expires_in`, does not follow: change that in `beforeResponse`. */
  readonly claims: Record<string, unknown>;
}

/** Who is offered each token before it is signed. */
export interface TokenListeners {
  has(name: "beforeToken"): boolean;
  call(name: "beforeToken", token: BeforeToken): Promise<void>;
}

/** What became of a token somebody presented. Only the signature is judged: times and audience are the caller's. */
export type VerifiedToken =
  | { readonly kind: "verified"; readonly claims: Claims }
  | { readonly kind: "malformed" }
  | { readonly kind: "badSignature" };

/** Signs and checks the platform's own tokens. */
export interface Signing {
  readonly keys: SigningKeys;
  /**
   * A compact RS256 JWT; version 1 tokens name the key twice, as `x5t` and `kid`. `beforeToken` listeners may change
   * it. `kind` is for them; default `access`.
   */
  sign(version: 1 | 2, claims: Claims, kind?: "access" | "id"): Promise<string>;
  verify(token: string): Promise<VerifiedToken>;
}

/** Clients send one token with request after request; those that proved right are not judged again. */
const provenLimit = 500;

export function tokenSigning(keys: SigningKeys, listeners?: TokenListeners): Signing {
  const headers = new Map<string, string>();
  const proven = new Map<string, { readonly key: SigningKey; readonly claims: Claims }>();
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
          ? await offeredInput(listeners, version, claims, kind, key)
          : `${encodedHeader(version, key)}.${encodeJson(claims)}`;
      const signature = await sign(input, key.privateKey);
      return `${input}.${signature.toString("base64url")}`;
    },
    async verify(token) {
      const published = await keys.published();
      const known = proven.get(token);
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
      if (proven.size >= provenLimit) {
        proven.clear();
      }
      proven.set(token, { key, claims });
      return { kind: "verified", claims };
    },
  };
}

function tokenHeader(version: 1 | 2, kid: string): Claims {
  return version === 1 ? { typ: "JWT", alg: "RS256", x5t: kid, kid } : { typ: "JWT", alg: "RS256", kid };
}

/** Header and payload as the listeners leave them. They get a copy: parts of the claims belong to the directory. */
async function offeredInput(
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
 * Makes RS256 signatures, those asked for in one turn of the event loop one after the other at its end. Between two
 * requests a signature would push out of the processor's caches all that the next request needs; and the threads of
 * libuv, which would leave the event loop free meanwhile, take more time to be handed the work than that costs.
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
