import { clientCertificate } from "@latchkey/client";
import { calculateJwkThumbprint, compactVerify, decodeProtectedHeader, exportJWK } from "jose";
import { beforeAll, describe, expect, test } from "vitest";
import { assertionOf, credentialContext, tokenEndpoint } from "../support/assertions.ts";
import { clientId, graph, makeDaemon } from "../support/daemon.ts";
import { authErrorOf, failureOf } from "../support/failure.ts";
import {
  type CertifiedKey,
  ecCertificate,
  edCertificate,
  hexToBase64Url,
  importPrivate,
  rsaCertificate,
  rsaKeyPair,
} from "../support/keys.ts";
import { testStart } from "../support/manualClock.ts";
import { aadstsError, token } from "../support/scriptedService.ts";
import { idTokenResponse } from "../support/tool.ts";

let rsa: CertifiedKey;
let ec: CertifiedKey;
let issuer: CertifiedKey;
beforeAll(async () => {
  [rsa, ec, issuer] = await Promise.all([rsaCertificate(), ecCertificate(), rsaCertificate({ name: "issuer" })]);
});
const whole = () => ({ privateKey: rsa.pem, certificate: rsa.certificate });

describe("the header of an assertion", () => {
  test("identifies a certificate by its SHA-256 thumbprint and signs with PS256", async () => {
    const { jwt, header } = await assertionOf(clientCertificate(whole()));
    expect(header).toEqual({ alg: "PS256", typ: "JWT", "x5t#S256": hexToBase64Url(rsa.sha256) });
    await expect(compactVerify(jwt, rsa.publicKey, { algorithms: ["PS256"] })).resolves.toBeDefined();
  });

  test.each(["b2c", "externalId"] as const)("does the same for %s", async (kind) => {
    const { header } = await assertionOf(clientCertificate(whole()), kind);
    expect(header).toMatchObject({ alg: "PS256", "x5t#S256": hexToBase64Url(rsa.sha256) });
  });

  test("does the same for a SHA-256 thumbprint and a key", async () => {
    const { header } = await assertionOf(clientCertificate({ privateKey: rsa.pem, thumbprintSha256: rsa.sha256 }));
    expect(header).toEqual({ alg: "PS256", typ: "JWT", "x5t#S256": hexToBase64Url(rsa.sha256) });
  });

  test("uses RS256 with a SHA-1 thumbprint only", async () => {
    const { jwt, header } = await assertionOf(clientCertificate({ privateKey: rsa.pem, thumbprint: rsa.sha1 }));
    expect(header).toEqual({ alg: "RS256", typ: "JWT", x5t: hexToBase64Url(rsa.sha1) });
    await expect(compactVerify(jwt, rsa.publicKey, { algorithms: ["RS256"] })).resolves.toBeDefined();
  });

  test("uses RS256 with the SHA-1 thumbprint for AD FS, with or without a certificate", async () => {
    const { header } = await assertionOf(clientCertificate(whole()), "adfs");
    expect(header).toEqual({ alg: "RS256", typ: "JWT", x5t: hexToBase64Url(rsa.sha1) });
  });

  test.each([
    ["lower case", (hex: string) => hex.toLowerCase()],
    ["colons", (hex: string) => hex.replace(/..(?=.)/g, "$&:")],
    ["spaces", (hex: string) => hex.replace(/..(?=.)/g, "$& ")],
  ])("reads a thumbprint with %s", async (_, spell) => {
    const { header } = await assertionOf(clientCertificate({ privateKey: rsa.pem, thumbprint: spell(rsa.sha1) }));
    expect(header["x5t"]).toBe(hexToBase64Url(rsa.sha1));
  });

  test("contains the chain if requested, the signing certificate first, as padded base64", async () => {
    const { header } = await assertionOf(
      clientCertificate({ privateKey: rsa.pem, certificate: issuer.certificate + rsa.certificate, x5c: true }),
    );
    const der = (pem: string): string => pem.replace(/-----.*?-----|\s/g, "");
    expect(header["x5c"]).toEqual([der(rsa.certificate), der(issuer.certificate)]);
  });

  test("contains the chain with every grant", async () => {
    const { app, service } = makeDaemon((_, index) => idTokenResponse({}, index + 1), {
      clientCredential: clientCertificate({ ...whole(), x5c: true }),
    });
    const scopes = ["User.Read"];
    await app.acquireTokenForClient({ scopes: [graph] });
    await app.acquireTokenByUsernamePassword({ scopes, username: "grace@contoso.example", password: "password" });
    await app.acquireTokenByAuthorizationCode({ scopes, code: "code", redirectUri: "https://app.test/" });
    await app.acquireTokenByRefreshToken({ scopes, refreshToken: "refresh" });
    await app.acquireTokenOnBehalfOf({ scopes, oboAssertion: "h.p.s" });
    await app.acquireTokenByGrant({ scopes, grantType: "urn:example:grant", parameters: {} });
    const sent = service.requests.map(({ form }) => decodeProtectedHeader(form.get("client_assertion") ?? ""));
    expect(sent).toHaveLength(6);
    for (const header of sent) {
      expect(header.x5c).toHaveLength(1);
    }
  });

  test("finds the certificate in a chain whose authority has another type of key, in any position", async () => {
    const { certificate: invalid } = await edCertificate({ name: "authority" });
    for (const certificate of [rsa.certificate + invalid, invalid + rsa.certificate]) {
      const { header } = await assertionOf(clientCertificate({ privateKey: rsa.pem, certificate, x5c: true }));
      expect(header["x5t#S256"]).toBe(hexToBase64Url(rsa.sha256));
      expect(header["x5c"]).toHaveLength(2);
    }
  });

  test("is refused if only a key could tell the certificate from its authority's, and there is none", async () => {
    const { certificate: invalid } = await edCertificate({ name: "authority" });
    const sign = async (): Promise<Uint8Array<ArrayBuffer>> => new Uint8Array(256);
    const codeOf = async (certificate: string) =>
      (await authErrorOf((async () => assertionOf(clientCertificate({ sign, certificate })))())).code;
    expect(await codeOf(invalid)).toBe("invalid_credential");
    expect(await codeOf(invalid + rsa.certificate)).toBe("certificate_key_mismatch");
  });

  test("takes the certificate from a chain in x5c, like MSAL", async () => {
    const { header } = await assertionOf(
      clientCertificate({ privateKey: rsa.pem, thumbprint: rsa.sha1, x5c: rsa.certificate + issuer.certificate }),
    );
    expect(header).toMatchObject({ alg: "PS256", "x5t#S256": hexToBase64Url(rsa.sha256) });
    expect(header["x5c"]).toHaveLength(2);
  });

  test("identifies the key by its RFC 7638 thumbprint to a generic issuer", async () => {
    for (const [pair, algorithm] of [
      [rsa, "RS256"],
      [ec, "ES256"],
    ] as const) {
      const { jwt, header } = await assertionOf(clientCertificate({ privateKey: pair.pem }), "generic");
      const kid = await calculateJwkThumbprint(await exportJWK(pair.publicKey));
      expect(header).toEqual({ alg: algorithm, typ: "JWT", kid });
      await expect(compactVerify(jwt, pair.publicKey, { algorithms: [algorithm] })).resolves.toBeDefined();
    }
  });

  test("identifies an extractable CryptoKey by its thumbprint as well", async () => {
    const key = await importPrivate(rsa.privateKey, { name: "RSA-PSS", hash: "SHA-256" }, ["sign"], true);
    const { header } = await assertionOf(clientCertificate({ privateKey: key }), "generic");
    expect(header).toMatchObject({ alg: "PS256", kid: await calculateJwkThumbprint(await exportJWK(rsa.publicKey)) });
  });

  test("uses the given kid", async () => {
    const { header } = await assertionOf(clientCertificate({ privateKey: ec.pem, keyId: "2026-06" }), "generic");
    expect(header["kid"]).toBe("2026-06");
  });
});

describe("the claims of an assertion", () => {
  test("are exact: numeric dates in whole seconds, ten minutes, the token endpoint as audience", async () => {
    const { claims, jwt } = await assertionOf(clientCertificate(whole()), "entra", { now: () => testStart + 999 });
    const issuedAt = testStart / 1000;
    expect(claims).toEqual({
      aud: tokenEndpoint,
      iss: clientId,
      sub: clientId,
      jti: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      nbf: issuedAt,
      iat: issuedAt,
      exp: issuedAt + 600,
    });
    expect(jwt).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
  });

  test("use the injected randomness", async () => {
    const { claims } = await assertionOf(clientCertificate(whole()), "generic", {
      random: (length) => new Uint8Array(length).fill(7),
    });
    expect(claims["jti"]).toBe("07070707-0707-4707-8707-070707070707");
  });
});

describe("an assertion for Entra", () => {
  test("is reused until a minute before it expires", async () => {
    const credential = clientCertificate(whole());
    const at = async (ms: number) => (await assertionOf(credential, "entra", { now: () => testStart + ms })).jwt;
    const first = await at(0);
    expect(await at(539_999)).toBe(first);
    expect(await at(540_000)).not.toBe(first);
  });

  test("is created for one audience and one client", async () => {
    const credential = clientCertificate(whole());
    const one = await assertionOf(credential);
    const other = await assertionOf(credential, "entra", { audience: "https://login.microsoftonline.us/x/token" });
    const client = await assertionOf(credential, "entra", { clientId: "another" });
    expect(other.claims["aud"]).toBe("https://login.microsoftonline.us/x/token");
    expect(client.claims["iss"]).toBe("another");
    expect((await assertionOf(credential)).jwt).toBe(one.jwt);
  });

  test("is cached for a thousand audiences, however many tenants there are: the oldest is created again", async () => {
    let count = 0;
    const sign = async () => new Uint8Array(256).fill(++count);
    const credential = clientCertificate({ thumbprint: rsa.sha1, sign });
    const ask = (tenant: number) => assertionOf(credential, "entra", { audience: `https://login.test/${tenant}` });
    for (let tenant = 0; tenant <= 1_000; tenant++) {
      await ask(tenant);
    }
    await ask(1_000);
    await ask(1);
    expect(count).toBe(1_001);
    await ask(0);
    expect(count).toBe(1_002);
  });

  test.each(["generic", "adfs"] as const)("is not reused for %s, which receives a new jti each time", async (kind) => {
    const credential = clientCertificate(whole());
    const [a, b] = [await assertionOf(credential, kind), await assertionOf(credential, kind)];
    expect(a.claims["jti"]).not.toBe(b.claims["jti"]);
  });
});

describe("a certificate's dates", () => {
  const day = 86_400_000;
  test.each([
    ["has expired", testStart - 2 * day, testStart - day, "expired: notAfter is 2026-05-31T12:00:00.000Z"],
    [
      "is not valid yet",
      testStart + day,
      testStart + 2 * day,
      "is not valid yet: notBefore is 2026-06-02T12:00:00.000Z",
    ],
  ])("are reported before any request when it %s, with the local time", async (_, from, to, message) => {
    const old = await rsaCertificate({ notBefore: new Date(from), notAfter: new Date(to) });
    const { app, service } = makeDaemon(undefined, {
      clientCredential: clientCertificate({ privateKey: old.pem, certificate: old.certificate }),
    });
    const error = await authErrorOf(app.acquireTokenForClient({ scopes: [graph] }));
    expect(error).toMatchObject({ name: "ConfigurationError", code: "certificate_expired" });
    expect(error.message).toContain(message);
    expect(error.message).toContain("the local time is 2026-06-01T12:00:00.000Z");
    expect(service.requests).toHaveLength(0);
  });

  test("may lie after 2049", async () => {
    const late = await rsaCertificate({ notAfter: new Date("2060-01-01T00:00:00Z") });
    await expect(
      assertionOf(clientCertificate({ privateKey: late.pem, certificate: late.certificate })),
    ).resolves.toBeDefined();
  });
});

describe("a sign callback", () => {
  const signing = (algorithm: { name: string; saltLength?: number }) => {
    const usedAlgorithms: string[] = [];
    const key = importPrivate(rsa.privateKey, { name: algorithm.name, hash: "SHA-256" }, ["sign"]);
    const sign = async (data: Uint8Array<ArrayBuffer>, name: string): Promise<Uint8Array> => {
      usedAlgorithms.push(name);
      return new Uint8Array(await crypto.subtle.sign(algorithm, await key, data));
    };
    return { usedAlgorithms, sign };
  };

  test.each([
    ["PS256", { name: "RSA-PSS", saltLength: 32 }, () => ({ certificate: rsa.certificate })],
    ["RS256", { name: "RSASSA-PKCS1-v1_5" }, () => ({ thumbprint: rsa.sha1 })],
  ])("receives %s and signs", async (name, algorithm, named) => {
    const { usedAlgorithms, sign } = signing(algorithm);
    const { jwt } = await assertionOf(clientCertificate({ sign, ...named() }));
    expect(usedAlgorithms).toEqual([name]);
    await expect(compactVerify(jwt, rsa.publicKey, { algorithms: [name] })).resolves.toBeDefined();
  });

  test("is found to use another key before the assertion is sent", async () => {
    const other = await importPrivate(rsaKeyPair().privateKey, { name: "RSA-PSS", hash: "SHA-256" }, ["sign"]);
    const credential = clientCertificate({
      certificate: rsa.certificate,
      sign: async (data) => new Uint8Array(await crypto.subtle.sign({ name: "RSA-PSS", saltLength: 32 }, other, data)),
    });
    expect(await authErrorOf(assertionOf(credential))).toMatchObject({ code: "certificate_key_mismatch" });
  });

  test.each([[undefined], [new ArrayBuffer(256)], ["signature"], [new Uint8Array()]])(
    "is reported when it returns %j",
    async (value) => {
      const credential = clientCertificate({ thumbprint: rsa.sha1, sign: async () => value as unknown as Uint8Array });
      expect(await authErrorOf(assertionOf(credential))).toMatchObject({
        code: "invalid_credential",
        message: "sign returned no bytes.",
      });
    },
  );

  test("has its own error passed on, and is called again next time", async () => {
    const down = new Error("the HSM is down");
    const { sign } = signing({ name: "RSA-PSS", saltLength: 32 });
    let calls = 0;
    const credential = clientCertificate({
      certificate: rsa.certificate,
      sign: async (data, name) => {
        if (calls++ === 0) {
          throw down;
        }
        return sign(data, name);
      },
    });
    expect(await failureOf(() => credential(credentialContext()))).toBe(down);
    await expect(assertionOf(credential)).resolves.toBeDefined();
  });
});

describe("the options of a certificate", () => {
  test.each([
    ["too short", { thumbprint: "ABCDEF" }],
    ["not hexadecimal", { thumbprint: "G".repeat(40) }],
    ["SHA-256 in the place of SHA-1", { thumbprint: "A".repeat(64) }],
    ["SHA-1 in the place of SHA-256", { thumbprintSha256: "A".repeat(40) }],
    ["empty", { thumbprint: "" }],
  ])("are refused at once when a thumbprint is %s", async (_, names) => {
    const error = await authErrorOf(() => clientCertificate({ privateKey: rsa.pem, ...names }));
    expect(error).toMatchObject({ code: "invalid_credential" });
  });

  test("are refused when thumbprint and certificate contradict each other", async () => {
    const credential = clientCertificate({ ...whole(), thumbprint: issuer.sha1 });
    const error = await authErrorOf(assertionOf(credential));
    expect(error).toMatchObject({ code: "invalid_credential" });
    expect(error.message).toContain(rsa.sha1.toLowerCase());
  });

  test("are refused for Entra with a key alone", async () => {
    const error = await authErrorOf(assertionOf(clientCertificate({ privateKey: rsa.pem })));
    expect(error).toMatchObject({ code: "invalid_credential", message: "Nothing identifies the certificate." });
  });

  test("are refused for AD FS with a SHA-256 thumbprint alone", async () => {
    const credential = clientCertificate({ privateKey: rsa.pem, thumbprintSha256: rsa.sha256 });
    expect(await authErrorOf(assertionOf(credential, "adfs"))).toMatchObject({ code: "invalid_credential" });
  });

  test("are refused with x5c but without a certificate", async () => {
    const error = await authErrorOf(() => clientCertificate({ privateKey: rsa.pem, thumbprint: rsa.sha1, x5c: true }));
    expect(error).toMatchObject({ code: "invalid_credential" });
  });

  test("are refused for Entra with an EC certificate", async () => {
    const credential = clientCertificate({ privateKey: ec.pem, certificate: ec.certificate });
    const error = await authErrorOf(assertionOf(credential));
    expect(error.remedy).toContain("PS256");
  });

  test.each<[string, () => unknown, RegExp]>([
    ["a key", () => rsa.pem, /PRIVATE KEY, not a certificate/],
    ["empty", () => "", /no PEM block/],
    ["not base64", () => rsa.certificate.replace(/\n../, "\n!!"), /not base64/],
    ["cut short", () => rsa.certificate.replace(/\n.{64}\n.{64}\n/, "\n"), /cannot be read/],
    ["another structure", () => `-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----`, /cannot be read/],
    ["bytes", () => Buffer.from(rsa.certificate), /certificate is not a string/],
  ])("are refused at once when the certificate is %s", async (_, certificate, message) => {
    const error = await authErrorOf(() =>
      clientCertificate({ privateKey: rsa.pem, certificate: certificate() as string }),
    );
    expect(error).toMatchObject({ code: "invalid_credential" });
    expect(error.message).toMatch(message);
  });
});

describe("a refused certificate", () => {
  const issuerUrl = "https://id.example.test";
  test("is not tried again with a new jti", async () => {
    const { app, service } = makeDaemon(
      (request) =>
        request.method === "GET"
          ? { body: { issuer: issuerUrl, token_endpoint: `${issuerUrl}/token` } }
          : { status: 401, body: { error: "invalid_client" } },
      { oidcAuthority: issuerUrl, clientCredential: clientCertificate({ privateKey: rsa.pem }) },
    );
    await authErrorOf(app.acquireTokenForClient({ scopes: ["read"] }));
    expect(service.requests.map(({ method }) => method)).toEqual(["GET", "POST"]);
  });

  test("is identified by its thumbprint in the remedy", async () => {
    const { app } = makeDaemon(() => aadstsError(700027), { clientCredential: clientCertificate(whole()) });
    const error = await authErrorOf(app.acquireTokenForClient({ scopes: [graph] }));
    expect(error).toMatchObject({ code: "certificate_not_registered", aadsts: 700027 });
    expect(error.remedy).toContain(rsa.sha1);
  });
});

describe("a wrong clock", () => {
  test.each([
    ["behind", 3_600_000],
    ["ahead", -3_600_000],
  ])("is corrected by the service's Date, once, when it is %s", async (_, offMs) => {
    const date = new Date(testStart + offMs).toUTCString();
    const { app, service } = makeDaemon(
      (request, index) => {
        const { iat } = JSON.parse(atob(request.form.get("client_assertion")?.split(".")[1] ?? "")) as { iat: number };
        if (Math.abs(iat * 1000 - testStart - offMs) < 1000) {
          return token(index);
        }
        return { ...aadstsError(700024), headers: { date } };
      },
      { clientCredential: clientCertificate(whole()) },
    );
    const result = await app.acquireTokenForClient({ scopes: [graph] });
    expect(result.timing?.requestCount).toBe(2);
    expect(result.expiresOn.getTime()).toBe(testStart + 3_599_000);
    await app.acquireTokenForClient({ scopes: [graph], forceRefresh: true });
    expect(service.requests).toHaveLength(3);
  });

  test("is reported if the correction does not help", async () => {
    const { app, service } = makeDaemon(
      () => ({ ...aadstsError(700024), headers: { date: new Date(testStart + 3_600_000).toUTCString() } }),
      { clientCredential: clientCertificate(whole()) },
    );
    const error = await authErrorOf(app.acquireTokenForClient({ scopes: [graph] }));
    expect(error).toMatchObject({ code: "clock_skew", aadsts: 700024 });
    expect(service.requests).toHaveLength(2);
  });

  test.each([[{}], [{ date: "yesterday" }]])(
    "is reported at once if the service does not send the time: %j",
    async (headers) => {
      const { app, service } = makeDaemon(() => ({ ...aadstsError(700024), headers }), {
        clientCredential: clientCertificate(whole()),
      });
      expect(await authErrorOf(app.acquireTokenForClient({ scopes: [graph] }))).toMatchObject({ code: "clock_skew" });
      expect(service.requests).toHaveLength(1);
    },
  );
});
