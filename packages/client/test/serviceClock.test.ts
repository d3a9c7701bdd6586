import { clientCertificate } from "@latchkey/client";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { readAheadMs } from "../src/serviceClock.ts";
import { graph, makeDaemon } from "./support/daemon.ts";
import { authErrorOf } from "./support/failure.ts";
import { rsaCertificate } from "./support/keys.ts";
import { testStart } from "./support/manualClock.ts";
import { token } from "./support/scriptedService.ts";
import { idTokenAnswer, makeTool } from "./support/tool.ts";

const hourMs = 3_600_000;
const dated = (ms: number): { date: string } => ({ date: new Date(testStart + ms).toUTCString() });

describe("how far the service's clock is ahead", () => {
  it.each<[string, number, number, number, number]>([
    ["an hour", hourMs, 0, 0, hourMs + 500],
    ["an hour behind", -hourMs, 0, 0, -hourMs + 500],
    ["nothing, when it differs by half a minute", 30_000, 0, 0, 0],
    ["nothing, when it is behind by half a minute", -31_000, 0, 0, 0],
    ["nothing, when the time on the way explains the difference", 50_000, 0, 60_000, 0],
    ["about an hour, when the answer took long", hourMs, 0, 10_000, hourMs - 4_500],
  ])("is %s", (_, dateMs, sentAtMs, receivedAtMs, expected) => {
    const { date } = dated(dateMs);
    expect(readAheadMs(date, testStart + sentAtMs, testStart + receivedAtMs)).toBe(expected);
  });

  it.each([[null], [""], ["yesterday"]])("is not known from %j", (date) => {
    expect(readAheadMs(date, 0, 0)).toBeUndefined();
  });
});

describe("a machine whose clock is off", () => {
  it("makes its assertions by the service's time, learnt from any answer", async () => {
    const { pem, certificate } = await rsaCertificate({ notAfter: new Date(testStart + 10 * hourMs) });
    const { app, service } = makeDaemon((_, index) => ({ ...token(index), headers: dated(hourMs) }), {
      clientCredential: clientCertificate({ privateKey: pem, certificate }),
    });
    await app.acquireTokenForClient({ scopes: [graph] });
    await app.acquireTokenForClient({ scopes: [graph], forceRefresh: true });
    const issued = service.requests.map(({ form }) => decodeJwt(form.get("client_assertion") ?? "").iat);
    expect(issued).toEqual([testStart / 1_000, (testStart + hourMs) / 1_000]);
  });

  it("believes an ID token that is good by the service's time, however late it is here", async () => {
    const exp = (testStart - hourMs) / 1_000;
    const { app } = makeTool(() => ({ ...idTokenAnswer({ exp }), headers: dated(-2 * hourMs) }));
    const { account } = await app.acquireTokenByRefreshToken({ refreshToken: "r", scopes: ["User.Read"] });
    expect(account?.username).toBe("grace@contoso.example");
  });

  it("does not believe an ID token that has expired by the service's time, however early it is here", async () => {
    const exp = (testStart + hourMs) / 1_000;
    const { app } = makeTool(() => ({ ...idTokenAnswer({ exp }), headers: dated(2 * hourMs) }));
    const signIn = app.acquireTokenByRefreshToken({ refreshToken: "r", scopes: ["User.Read"] });
    expect(await authErrorOf(signIn)).toMatchObject({ code: "invalid_id_token" });
  });

  it("counts a token's life by its own clock all the same", async () => {
    const { app } = makeDaemon(() => ({ ...token(1), headers: dated(hourMs) }));
    const { expiresOn } = await app.acquireTokenForClient({ scopes: [graph] });
    expect(expiresOn).toEqual(new Date(testStart + 3_599_000));
  });

  it("is not told the time by what answers in the service's place", async () => {
    const { pem, certificate } = await rsaCertificate();
    const { app, service } = makeDaemon(
      (_, index) => (index === 0 ? { body: "<h1>Welcome</h1>", headers: dated(hourMs) } : token(1)),
      { clientCredential: clientCertificate({ privateKey: pem, certificate }) },
    );
    await app.acquireTokenForClient({ scopes: [graph] }).catch(() => {});
    await app.acquireTokenForClient({ scopes: [graph] });
    const issued = service.requests.map(({ form }) => decodeJwt(form.get("client_assertion") ?? "").iat);
    expect(issued).toEqual([testStart / 1_000, testStart / 1_000]);
  });
});
