import { constants, verify } from "node:crypto";
import { inspect } from "node:util";
import { AuthError, type Credential, clientAssertion, clientCertificate, clientSecret } from "@latchkey/client";
import fc from "fast-check";
import { graph, makeDaemon } from "../../packages/client/test/support/daemon.ts";
import { rsaCertificate } from "../../packages/client/test/support/keys.ts";
import type { FuzzTarget } from "../target.ts";

const secret = "Abc8Q~canary.Value_of-the.secret~0123456";
const jwt = "eyJhbGciOiJSUzI1NiJ9.Y2FuYXJ5LWNhbmFyeS1jYW5hcnk.c2lnbmF0dXJlLWNhbmFyeQ";
const clientId = "abcdefab-2222-4333-8444-555555555555";
const rsa = await rsaCertificate();
const truths = { secret, jwt, clientId, key: rsa.pem, certificate: rsa.certificate, thumbprint: rsa.sha1 };
/** What no error may show. */
const hidden = [secret, jwt, ...rsa.pem.split("\n").filter((line) => line.length === 64)].map((text) =>
  text.slice(8, 28),
);

/** What copying, an editor or a variable adds around a text, or does to its lines: none of it changes the meaning. */
const wrap = fc
  .tuple(
    ...[0, 1].map(() =>
      fc.array(fc.constantFrom(..." \t\r\n\"'`“”„«»‘’\u00a0\u00ad\u200b\u200e\u200f\u2028\u2060\ufeff\0"), {
        maxLength: 6,
      }),
    ),
  )
  .map(
    ([before = [], after = []]) =>
      (text: string) =>
        before.join("") + text + after.join(""),
  );
const lines = fc
  .constantFrom("\n", "\r\n", "\\n", "\\r\\n", "\\\\n", " ", "", "\n  ", "\u2028\n")
  .map((end) => (text: string) => text.replaceAll("\n", end));
const unended = fc.constant((text: string) => text.replace(/-----END.*/s, ""));
const encoded = fc.constant((text: string) => (/^[\0-\u00ff]*$/.test(text) ? btoa(text) : text));
/** What may change the meaning. */
const broken = fc
  .tuple(fc.nat(), fc.nat({ max: 3 }), fc.string({ unit: "binary", maxLength: 4 }))
  .map(([place, cut, more]) => (text: string) => {
    const at = place % (text.length + 1);
    return text.slice(0, at) + more + text.slice(at + cut);
  });
const cut = fc.nat().map((place) => (text: string) => text.slice(0, place % (text.length + 1)));
const long = fc
  .nat({ max: 50_000 })
  .map((count) => (text: string) => `${" ".repeat(count)}${text}${"\n".repeat(count)}-`);

const harmless = fc.array(wrap, { maxLength: 3 });
const harmlessPem = fc.tuple(fc.array(fc.oneof(unended, lines), { maxLength: 2 }), wrap, fc.option(encoded), wrap);
const harmful = fc.array(fc.oneof(wrap, lines, unended, encoded, broken, cut, long), { maxLength: 4 });

type Change = (text: string) => string;
const apply = (changes: readonly (Change | null)[], text: string): string =>
  changes.reduce((at, change) => change?.(at) ?? at, text);

/** The input for each option; `fixed` means that it is equivalent to the original and must be accepted. */
const inputs = fc.oneof(
  fc.record({ fixed: fc.constant(true), pem: fc.constant(false), changes: harmless }),
  fc.record({
    fixed: fc.constant(true),
    pem: fc.constant(true),
    changes: harmlessPem.map(([inner, ...outer]) => [...inner, ...outer]),
  }),
  fc.record({ fixed: fc.constant(false), pem: fc.boolean(), changes: harmful }),
);
const kinds = ["secret", "jwt", "clientId", "thumbprint", "key", "certificate"] as const;
type Kind = (typeof kinds)[number];

function credentialOf(place: Kind, given: string, isProvider: boolean): Credential {
  const certified = {
    privateKey: place === "key" ? given : rsa.pem,
    ...(place === "thumbprint"
      ? { thumbprint: given }
      : { certificate: place === "certificate" ? given : rsa.certificate }),
  };
  if (place === "jwt") {
    return clientAssertion(isProvider ? async () => given : given);
  }
  if (place === "secret" || place === "clientId") {
    const value = place === "secret" ? given : secret;
    return clientSecret(isProvider ? async () => value : value);
  }
  return clientCertificate(isProvider ? async () => certified : certified);
}

/** Acquires a token with the pasted input; returns what was sent. */
async function send(place: Kind, given: string, isProvider: boolean): Promise<URLSearchParams> {
  const { app, service } = makeDaemon(undefined, {
    clientId: place === "clientId" ? given : clientId,
    clientCredential: credentialOf(place, given, isProvider),
  });
  await app.acquireTokenForClient({ scopes: [graph] });
  return service.requests[0]?.form ?? new URLSearchParams();
}

/** Whether the true value was sent in its place. */
function isTrue(place: Kind, form: URLSearchParams): boolean {
  if (place === "clientId") {
    return form.get("client_id") === clientId;
  }
  if (place === "secret") {
    return form.get("client_secret") === secret;
  }
  const assertion = form.get("client_assertion") ?? "";
  if (place === "jwt") {
    return assertion === jwt;
  }
  const [head = "", body = "", signature = ""] = assertion.split(".");
  const header = JSON.parse(Buffer.from(head, "base64url").toString()) as Record<string, string>;
  const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
  const key = { key: rsa.publicKey, ...(header["alg"] === "PS256" ? pss : {}) };
  const named = header["x5t"] ?? header["x5t#S256"] ?? "";
  return (
    [rsa.sha1, rsa.sha256].includes(Buffer.from(named, "base64url").toString("hex").toUpperCase()) &&
    verify("sha256", Buffer.from(`${head}.${body}`), key, Buffer.from(signature, "base64url"))
  );
}

/** Whatever users paste, the true value is sent, or the failure is an AuthError that shows nothing of it. */
export const pastedCredentials: FuzzTarget = {
  name: "pasted credentials",
  property: fc.asyncProperty(
    inputs,
    fc.constantFrom(...kinds),
    fc.constantFrom(...kinds),
    fc.boolean(),
    async ({ fixed, pem, changes }, kind, elsewhere, isProvider) => {
      const isPem = kind === "key" || kind === "certificate";
      // A change meant for another kind of text may do harm, and so may an option that expects something else.
      const promised = fixed && pem === isPem;
      const place = promised ? kind : elsewhere;
      const given = apply(changes, truths[kind]);
      const outcome = await send(place, given, isProvider).catch((error: unknown) => error);
      if (outcome instanceof URLSearchParams) {
        const mustBeTrue = promised || place === "key" || place === "certificate";
        if (mustBeTrue && !isTrue(place, outcome)) {
          throw new Error(`Something else was sent for ${place}.`);
        }
        return;
      }
      if (promised) {
        throw new Error(`${place} was not accepted: ${JSON.stringify(given)}`, { cause: outcome });
      }
      if (!(outcome instanceof AuthError)) {
        throw new Error("The failure is not an AuthError.", { cause: outcome });
      }
      const shown = inspect(outcome, { depth: 20, showHidden: true }) + JSON.stringify(outcome);
      // The input for the client id is no secret to the caller who passed it.
      if (place !== "clientId" && hidden.some((text) => shown.includes(text))) {
        throw new Error("A secret is shown.");
      }
    },
  ),
};
