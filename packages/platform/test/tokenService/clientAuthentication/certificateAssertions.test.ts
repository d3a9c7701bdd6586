import { randomUUID } from "node:crypto";
import { type Platform, startPlatform } from "@latchkey/platform";
import { decodeJwt, type JWTPayload } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeCertificate, signAssertion, type TestCertificate } from "../../support/certificate.ts";
import { graphScope, postForm, type TokenResponse, tokenPath } from "../../support/daemon.ts";

let platform: Platform;
let appId: string;
let certificate: TestCertificate;
let other: TestCertificate;
let expired: TestCertificate;
beforeAll(async () => {
  platform = await startPlatform();
  appId = platform.directory.registerApplication({ displayName: "Daemon" }).appId;
  const now = Date.now();
  certificate = makeCertificate(now - 86_400_000, now + 86_400_000);
  other = makeCertificate(now - 86_400_000, now + 86_400_000);
  expired = makeCertificate(now - 172_800_000, now - 86_400_000);
  platform.directory.addCertificate(appId, certificate.pem);
  platform.directory.addCertificate(appId, expired.pem);
});
afterAll(() => platform.stop());

function claims(changes: Readonly<Record<string, unknown>> = {}): JWTPayload {
  const now = Math.floor(platform.clock.now() / 1000);
  return {
    aud: `${platform.url}${tokenPath(platform)}`,
    iss: appId,
    sub: appId,
    jti: randomUUID(),
    nbf: now,
    iat: now,
    exp: now + 600,
    ...changes,
  };
}

function send(assertion: string, changes: Readonly<Record<string, string>> = {}): Promise<TokenResponse> {
  return postForm(platform, tokenPath(platform), {
    grant_type: "client_credentials",
    client_id: appId,
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion: assertion,
    scope: graphScope,
    ...changes,
  });
}

function header(more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> & { alg: string } {
  return { alg: "PS256", typ: "JWT", "x5t#S256": certificate.sha256, ...more };
}

describe("accepts", () => {
  test.each(["PS256", "PS384", "PS512", "RS256", "RS384", "RS512"])("an assertion signed with %s", async (alg) => {
    const response = await send(await signAssertion(certificate.privateKey, header({ alg }), claims()));
    expect(response.status).toBe(200);
  });

  test("a SHA-1 thumbprint as MSAL Python sends it: RS256, padded, times with fractions, no nbf", async () => {
    const now = platform.clock.now() / 1000;
    const times = { iat: now, exp: now + 600.123, nbf: undefined };
    const padded = { alg: "RS256", typ: "JWT", x5t: `${certificate.sha1}=` };
    const response = await send(await signAssertion(certificate.privateKey, padded, claims(times)));
    expect(response.status).toBe(200);
  });

  test("times that are JSON strings, as MSAL .NET sends them", async () => {
    const now = Math.floor(platform.clock.now() / 1000);
    const times = { nbf: String(now), exp: String(now + 600), iat: undefined };
    const assertion = await signAssertion(certificate.privateKey, header(), { ...claims(), ...times } as never);
    expect((await send(assertion)).status).toBe(200);
  });

  test("a padded SHA-256 thumbprint", async () => {
    const padded = header({ "x5t#S256": `${certificate.sha256}=` });
    expect((await send(await signAssertion(certificate.privateKey, padded, claims()))).status).toBe(200);
  });

  test("a kid that is the thumbprint in hexadecimal", async () => {
    const kid = Buffer.from(certificate.sha1, "base64url").toString("hex").toUpperCase();
    const named = { alg: "RS256", typ: "JWT", kid };
    expect((await send(await signAssertion(certificate.privateKey, named, claims()))).status).toBe(200);
  });

  test("the same assertion again, because MSAL caches and reuses one", async () => {
    const assertion = await signAssertion(certificate.privateKey, header(), claims());
    await send(assertion);
    expect((await send(assertion)).status).toBe(200);
  });

  test("clocks that differ by less than five minutes, either way", async () => {
    const now = Math.floor(platform.clock.now() / 1000);
    const ahead = claims({ nbf: now + 290, exp: now + 890 });
    const behind = claims({ nbf: now - 890, exp: now - 290 });
    expect((await send(await signAssertion(certificate.privateKey, header(), ahead))).status).toBe(200);
    expect((await send(await signAssertion(certificate.privateKey, header(), behind))).status).toBe(200);
  });

  const audiences: readonly (readonly [string, () => string])[] = [
    ["the v1 token endpoint", () => `${platform.url}${tokenPath(platform, 1)}`],
    ["the token endpoint with the tenant's domain", () => `${platform.url}/contoso.onmicrosoft.com/oauth2/v2.0/token`],
    ["the issuer", () => `${platform.url}/${platform.tenant.id}/v2.0`],
    ["the v1 issuer", () => `${platform.url}/${platform.tenant.id}/`],
    [
      "another of the platform's names",
      () => `${platform.url.replace("localhost", "127.0.0.1")}${tokenPath(platform)}`,
    ],
    ["Microsoft's token endpoint", () => `https://login.microsoftonline.com${tokenPath(platform)}`],
    ["Microsoft's issuer", () => `https://sts.windows.net/${platform.tenant.id}/`],
  ];
  test.each(audiences)("%s as audience", async (_, audience) => {
    const assertion = await signAssertion(certificate.privateKey, header(), claims({ aud: audience() }));
    expect((await send(assertion)).status).toBe(200);
  });

  test("and says in the token that a certificate proved the client", async () => {
    const response = await send(await signAssertion(certificate.privateKey, header(), claims()));
    expect(decodeJwt(response.body.access_token)["appidacr"]).toBe("2");
  });
});

describe("refuses", () => {
  const notJwts = ["not a jwt", "a.b.c", `${btoa("{}")}.${btoa("[]")}.x`];
  test.each(notJwts)("%s as malformed: AADSTS50027 invalid_request 400", async (text) => {
    const response = await send(text);
    expect(response.body).toMatchObject({ error: "invalid_request", error_codes: [50027] });
    expect(response.status).toBe(400);
  });

  test.each(["iss", "aud"])("an assertion without %s: AADSTS90014", async (name) => {
    const response = await send(await signAssertion(certificate.privateKey, header(), claims({ [name]: undefined })));
    expect(response.body.error_codes).toEqual([90014]);
    expect(response.body.error_description).toContain(`The required field '${name}' is missing`);
  });

  test("an algorithm it does not support: AADSTS5002738", async () => {
    const symmetric = header({ alg: "HS256" });
    const response = await send(await signAssertion(new TextEncoder().encode("k".repeat(32)), symmetric, claims()));
    expect(response.body).toMatchObject({ error: "invalid_client", error_codes: [5002738] });
    expect(response.body.error_description).toContain("'HS256' is not a supported signature algorithm.");
    expect(response.status).toBe(401);
  });

  test("alg none: AADSTS5002738", async () => {
    const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
    const unsigned = `${encode(header({ alg: "none" }))}.${encode(claims())}.AA`;
    expect((await send(unsigned)).body.error_codes).toEqual([5002738]);
  });

  test("a header that names no key: AADSTS5002723", async () => {
    const response = await send(
      await signAssertion(certificate.privateKey, header({ "x5t#S256": undefined }), claims()),
    );
    expect(response.body.error_codes).toEqual([5002723]);
    expect(response.status).toBe(401);
  });

  test("an expired assertion, with the times to seven digits: AADSTS700024", async () => {
    const now = Math.floor(platform.clock.now() / 1000);
    const stale = claims({ nbf: now - 1200, exp: now - 600 });
    const response = await send(await signAssertion(certificate.privateKey, header(), stale));
    expect(response.body.error_codes).toEqual([700024]);
    expect(response.body.error_description).toMatch(
      /Current time: [\d-]{10}T[\d:]{8}\.\d{7}Z, assertion valid from [\d-]{10}T[\d:]{8}\.\d{7}Z, expiry time of assertion/,
    );
    expect(response.status).toBe(401);
  });

  test("an assertion that is not valid yet: AADSTS700024", async () => {
    const now = Math.floor(platform.clock.now() / 1000);
    const early = claims({ nbf: now + 400, exp: now + 1000 });
    const response = await send(await signAssertion(certificate.privateKey, header(), early));
    expect(response.body.error_codes).toEqual([700024]);
  });

  test("an assertion without times, shown as 1970: AADSTS700024", async () => {
    const timeless = claims({ nbf: undefined, exp: undefined });
    const response = await send(await signAssertion(certificate.privateKey, header(), timeless));
    expect(response.body.error_description).toContain("assertion valid from 1970-01-01T00:00:00.0000000Z");
  });

  test("the issuer of another application: AADSTS700021", async () => {
    const response = await send(await signAssertion(certificate.privateKey, header(), claims({ iss: randomUUID() })));
    expect(response.body.error_codes).toEqual([700021]);
  });

  test("a subject that is not the issuer: AADSTS50048", async () => {
    const response = await send(await signAssertion(certificate.privateKey, header(), claims({ sub: "somebody" })));
    expect(response.body.error_codes).toEqual([50048]);
  });

  const audiences: readonly (readonly [string, () => string])[] = [
    ["another site", () => `https://evil.example${tokenPath(platform)}`],
    ["another tenant", () => `${platform.url}/11111111-2222-3333-4444-555555555555/oauth2/v2.0/token`],
    ["no tenant", () => `${platform.url}/common/oauth2/v2.0/token`],
    ["another port", () => `https://localhost:1${tokenPath(platform)}`],
    ["another path", () => `${platform.url}/${platform.tenant.id}/elsewhere`],
  ];
  test.each(audiences)("the audience of %s: AADSTS700023", async (_, audience) => {
    const assertion = await signAssertion(certificate.privateKey, header(), claims({ aud: audience() }));
    const response = await send(assertion);
    expect(response.body).toMatchObject({ error: "invalid_client", error_codes: [700023] });
  });

  test("a certificate that is not registered, with its thumbprint: AADSTS700027", async () => {
    const unknown = header({ "x5t#S256": undefined, x5t: other.sha1, alg: "RS256" });
    const response = await send(await signAssertion(other.privateKey, unknown, claims()));
    const thumbprint = Buffer.from(other.sha1, "base64url").toString("hex").toUpperCase();
    expect(response.body.error_codes).toEqual([700027]);
    expect(response.body.error_description).toContain(
      `[Reason - The key was not found., Thumbprint of key used by client: '${thumbprint}', Please visit`,
    );
    expect(response.status).toBe(401);
  });

  test("a registered certificate that has expired: AADSTS700027", async () => {
    const response = await send(
      await signAssertion(expired.privateKey, header({ "x5t#S256": expired.sha256 }), claims()),
    );
    expect(response.body.error_codes).toEqual([700027]);
    expect(response.body.error_description).toMatch(
      /\[Reason - The key used is expired\., .* Found key 'Start=[\d/]{10} /,
    );
  });

  test("a certificate that expires when the clock moves on", async () => {
    platform.clock.advance(2 * 86_400_000);
    const response = await send(await signAssertion(certificate.privateKey, header(), claims()));
    platform.clock.advance(-2 * 86_400_000);
    expect(response.body.error_codes).toEqual([700027]);
  });

  test("a certificate that is registered for something else: AADSTS700027", async () => {
    const { appId: signerId } = platform.directory.registerApplication({ displayName: "Signer" });
    platform.directory.addCertificate(signerId, certificate.pem, { type: "X509CertAndPassword", usage: "Sign" });
    const assertion = await signAssertion(certificate.privateKey, header(), claims({ iss: signerId, sub: signerId }));
    expect((await send(assertion, { client_id: signerId })).body.error_codes).toEqual([700027]);
  });

  test("a signature by another key, and not as an unknown certificate: AADSTS700027", async () => {
    for (const [names, encoded] of [
      [header(), certificate.sha256],
      [header({ "x5t#S256": undefined, x5t: certificate.sha1, alg: "RS256" }), certificate.sha1],
    ] as const) {
      const response = await send(await signAssertion(other.privateKey, names, claims()));
      const thumbprint = Buffer.from(encoded, "base64url").toString("hex").toUpperCase();
      expect(response.status).toBe(401);
      expect(response.body).toMatchObject({ error: "invalid_client", error_codes: [700027] });
      expect(response.body.error_description).toMatch(
        new RegExp(
          `\\[Reason - Key was found, but use of the key to verify the signature failed\\., Thumbprint of key used by client: '${thumbprint}', Found key 'Start=[\\d/]{10} [\\d:]{8}, End=[\\d/]{10} [\\d:]{8}'\\]`,
        ),
      );
    }
  });

  test("a signature with another padding than the header says: AADSTS700027", async () => {
    const [, payload] = (await signAssertion(certificate.privateKey, header(), claims())).split(".");
    const pkcs1 = await signAssertion(certificate.privateKey, header({ alg: "RS256" }), claims());
    const pssHeader = Buffer.from(JSON.stringify(header())).toString("base64url");
    expect((await send(`${pssHeader}.${payload}.${pkcs1.split(".")[2]}`)).body.error_codes).toEqual([700027]);
  });

  test("an assertion without its type: AADSTS900144", async () => {
    const assertion = await signAssertion(certificate.privateKey, header(), claims());
    const response = await send(assertion, { client_assertion_type: "" });
    expect(response.body.error_codes).toEqual([900144]);
  });
});

test("registering a certificate returns both thumbprints in upper-case hexadecimal", () => {
  const daemon = platform.directory.registerApplication({ displayName: "Another" });
  const added = platform.directory.addCertificate(daemon.appId, certificate.pem);
  expect(added.thumbprint).toBe(Buffer.from(certificate.sha1, "base64url").toString("hex").toUpperCase());
  expect(added.thumbprintSha256).toBe(Buffer.from(certificate.sha256, "base64url").toString("hex").toUpperCase());
});

test("a certificate that cannot be parsed is not registered", () => {
  expect(() => platform.directory.addCertificate(appId, "-----BEGIN NONSENSE-----")).toThrow();
});
