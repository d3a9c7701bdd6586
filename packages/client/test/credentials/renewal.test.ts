import { clientAssertion, clientCertificate, clientSecret } from "@latchkey/client";
import { decodeProtectedHeader } from "jose";
import { beforeAll, describe, expect, test } from "vitest";
import { graph, makeDaemon } from "../support/daemon.ts";
import { authErrorOf, failureOf } from "../support/failure.ts";
import { type CertifiedKey, hexToBase64Url, rsaCertificate } from "../support/keys.ts";
import { randomOf } from "../support/randomOf.ts";
import { aadstsError, type Responder, type SentRequest, token } from "../support/scriptedService.ts";

const scopes = [graph];
const onlyNew: Responder = (request, index) =>
  request.form.get("client_secret") === "new" ? token(index) : aadstsError(7000222);

describe("a refused credential", () => {
  test.each([7000215, 7000222])("is requested once more after AADSTS%d, and the new value is sent", async (number) => {
    const values = ["old", "new"];
    const { app, service, logged } = makeDaemon(
      (request, index) => (request.form.get("client_secret") === "new" ? token(index) : aadstsError(number)),
      { clientCredential: clientSecret(async () => values.shift() ?? "none") },
    );
    expect((await app.acquireTokenForClient({ scopes })).timing?.requestCount).toBe(2);
    expect(service.requests).toHaveLength(2);
    expect(logged).toContainEqual(
      expect.objectContaining({ message: "the token request is sent again with a renewed credential", aadsts: number }),
    );
  });

  test("is requested again when the request with the renewed one has to be repeated", async () => {
    let calls = 0;
    const { app, service } = makeDaemon((_, index) => [aadstsError(700027), { status: 503 }][index] ?? token(index), {
      clientCredential: clientAssertion(async () => `h.${++calls}.s`),
      maxRetries: 1,
      random: randomOf(0),
    });
    await app.acquireTokenForClient({ scopes });
    expect(service.requests.map(({ form }) => form.get("client_assertion"))).toEqual(["h.1.s", "h.2.s", "h.3.s"]);
  });

  test("is not sent again when the provider has the same value", async () => {
    let calls = 0;
    const { app, service } = makeDaemon(onlyNew, {
      clientCredential: clientSecret(async () => {
        calls++;
        return "old";
      }),
    });
    expect(await authErrorOf(app.acquireTokenForClient({ scopes }))).toMatchObject({ code: "client_secret_expired" });
    expect([calls, service.requests.length]).toEqual([2, 1]);
  });

  test("is not sent a third time", async () => {
    let calls = 0;
    const { app, service } = makeDaemon(() => aadstsError(7000215), {
      clientCredential: clientSecret(async () => `value ${calls++}`),
    });
    await authErrorOf(app.acquireTokenForClient({ scopes }));
    expect(service.requests).toHaveLength(2);
  });

  test("is not requested again when it was not the problem", async () => {
    let calls = 0;
    const { app } = makeDaemon(() => aadstsError(700016, "x", {}, 400), {
      clientCredential: clientSecret(async () => `value ${calls++}`),
    });
    await authErrorOf(app.acquireTokenForClient({ scopes }));
    expect(calls).toBe(1);
  });

  test("is reported as refused when its provider fails the second time", async () => {
    let calls = 0;
    const { app } = makeDaemon(onlyNew, {
      clientCredential: clientSecret(async () => {
        if (calls++ > 0) {
          throw new Error("the vault is sealed");
        }
        return "old";
      }),
    });
    expect(await authErrorOf(app.acquireTokenForClient({ scopes }))).toMatchObject({ code: "client_secret_expired" });
  });

  test("ends with the caller's reason when the caller leaves meanwhile", async () => {
    const leaving = new AbortController();
    let calls = 0;
    const { app, logged } = makeDaemon(onlyNew, {
      clientCredential: clientSecret(async () => {
        if (calls++ > 0) {
          leaving.abort("gone");
        }
        return "old";
      }),
    });
    expect(await failureOf(app.acquireTokenForClient({ scopes, signal: leaving.signal }))).toBe("gone");
    await new Promise((resolve) => setImmediate(resolve));
    expect(JSON.stringify(logged)).not.toContain("could not be renewed");
  });

  test("may be an assertion, created again by its callback", async () => {
    let made = 0;
    const { app, service } = makeDaemon(
      (request, index) => (request.form.get("client_assertion") === "h.new.s" ? token(index) : aadstsError(700027)),
      { clientCredential: clientAssertion(async () => (made++ === 0 ? "h.old.s" : "h.new.s")) },
    );
    await expect(app.acquireTokenForClient({ scopes })).resolves.toMatchObject({ source: "network" });
    expect(service.requests).toHaveLength(2);
  });
});

describe("a certificate that is replaced at its source", () => {
  let [old, renewed]: CertifiedKey[] = [];
  beforeAll(async () => {
    [old, renewed] = await Promise.all([rsaCertificate({ name: "old" }), rsaCertificate({ name: "new" })]);
  });
  const optionsOf = (key = old) => ({ privateKey: key?.pem, certificate: key?.certificate });
  const thumbprintOf = ({ form }: SentRequest): unknown =>
    decodeProtectedHeader(form.get("client_assertion") ?? "")["x5t#S256"];
  const named = (key: CertifiedKey | undefined): string => hexToBase64Url(key?.sha256 ?? "");

  test("is used from the next request on, without a restart", async () => {
    let current = old;
    const { app, service } = makeDaemon(undefined, {
      clientCredential: clientCertificate(async () => optionsOf(current)),
    });
    await app.acquireTokenForClient({ scopes });
    current = renewed;
    await app.acquireTokenForClient({ scopes, forceRefresh: true });
    expect(service.requests.map(thumbprintOf)).toEqual([named(old), named(renewed)]);
  });

  test("is requested only when a request is sent, and reuses the assertion while it is the same", async () => {
    let calls = 0;
    const { app, service } = makeDaemon(undefined, {
      clientCredential: clientCertificate(async ({ audience }) => {
        expect(audience).toContain("/oauth2/v2.0/token");
        calls++;
        return optionsOf();
      }),
    });
    for (const forceRefresh of [false, false, true]) {
      await app.acquireTokenForClient({ scopes, forceRefresh });
    }
    const [first, second] = service.requests.map(({ form }) => form.get("client_assertion"));
    expect(second).toBe(first);
    expect([calls, service.requests.length]).toEqual([2, 2]);
  });

  test.each([700027, 50012, 7000214, 7000274, 7000277, 1000502])(
    "is requested once more after AADSTS%d, and the new one is sent",
    async (number) => {
      const sources = [old, renewed];
      const { app, service } = makeDaemon(
        (request, index) => (thumbprintOf(request) === named(renewed) ? token(index) : aadstsError(number)),
        { clientCredential: clientCertificate(async () => optionsOf(sources.shift())) },
      );
      expect((await app.acquireTokenForClient({ scopes })).timing?.requestCount).toBe(2);
      expect(service.requests).toHaveLength(2);
    },
  );

  test("is not sent again while it is the same", async () => {
    const { app, service } = makeDaemon(() => aadstsError(700027), {
      clientCredential: clientCertificate(async () => optionsOf()),
    });
    expect(await authErrorOf(app.acquireTokenForClient({ scopes }))).toMatchObject({
      code: "certificate_not_registered",
    });
    expect(service.requests).toHaveLength(1);
  });

  test("is refused before a request when it cannot be read", async () => {
    const { app, service } = makeDaemon(undefined, {
      clientCredential: clientCertificate(async () => ({ privateKey: old?.pem, certificate: renewed?.certificate })),
    });
    expect(await authErrorOf(app.acquireTokenForClient({ scopes }))).toMatchObject({
      code: "certificate_key_mismatch",
    });
    expect(service.requests).toHaveLength(0);
  });
});

describe("an expired federated token", () => {
  test("is read once more after AADSTS700024, though the service does not send the time", async () => {
    const read = ["h.old.s", "h.new.s"];
    const { app, service } = makeDaemon(
      ({ form }, index) => (form.get("client_assertion") === "h.new.s" ? token(index) : aadstsError(700024)),
      { clientCredential: clientAssertion(async () => read.shift() ?? "h.none.s") },
    );
    await app.acquireTokenForClient({ scopes });
    expect(service.requests).toHaveLength(2);
  });
});
