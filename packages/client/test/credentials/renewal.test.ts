import { clientAssertion, clientSecret } from "@latchkey/client";
import { describe, expect, it } from "vitest";
import { graph, makeDaemon } from "../support/daemon.ts";
import { authErrorOf, failureOf } from "../support/failure.ts";
import { type Answerer, aadstsError, token } from "../support/scriptedService.ts";

const scopes = [graph];
const onlyNew: Answerer = (request, index) =>
  request.form.get("client_secret") === "new" ? token(index) : aadstsError(7000222);

describe("a refused credential", () => {
  it.each([7000215, 7000222])("is asked for once more after AADSTS%d, and the new value is sent", async (number) => {
    const values = ["old", "new"];
    const { app, service, logged } = makeDaemon(
      (request, index) => (request.form.get("client_secret") === "new" ? token(index) : aadstsError(number)),
      { clientCredential: clientSecret(async () => values.shift() ?? "none") },
    );
    expect((await app.acquireTokenForClient({ scopes })).timing?.requestCount).toBe(2);
    expect(service.requests).toHaveLength(2);
    expect(logged).toContainEqual(
      expect.objectContaining({ message: "token request is sent again with a renewed credential", aadsts: number }),
    );
  });

  it("is not sent again when the provider has the same value", async () => {
    let asked = 0;
    const { app, service } = makeDaemon(onlyNew, {
      clientCredential: clientSecret(async () => {
        asked++;
        return "old";
      }),
    });
    expect(await authErrorOf(app.acquireTokenForClient({ scopes }))).toMatchObject({ code: "client_secret_expired" });
    expect([asked, service.requests.length]).toEqual([2, 1]);
  });

  it("is not sent a third time", async () => {
    let asked = 0;
    const { app, service } = makeDaemon(() => aadstsError(7000215), {
      clientCredential: clientSecret(async () => `value ${asked++}`),
    });
    await authErrorOf(app.acquireTokenForClient({ scopes }));
    expect(service.requests).toHaveLength(2);
  });

  it("is not asked for again when it was not the trouble", async () => {
    let asked = 0;
    const { app } = makeDaemon(() => aadstsError(700016, "x", {}, 400), {
      clientCredential: clientSecret(async () => `value ${asked++}`),
    });
    await authErrorOf(app.acquireTokenForClient({ scopes }));
    expect(asked).toBe(1);
  });

  it("is told as refused when its provider fails the second time", async () => {
    let asked = 0;
    const { app } = makeDaemon(onlyNew, {
      clientCredential: clientSecret(async () => {
        if (asked++ > 0) throw new Error("the vault is sealed");
        return "old";
      }),
    });
    expect(await authErrorOf(app.acquireTokenForClient({ scopes }))).toMatchObject({ code: "client_secret_expired" });
  });

  it("ends with the caller's reason when the caller leaves meanwhile", async () => {
    const leaving = new AbortController();
    let asked = 0;
    const { app, logged } = makeDaemon(onlyNew, {
      clientCredential: clientSecret(async () => {
        if (asked++ > 0) leaving.abort("gone");
        return "old";
      }),
    });
    expect(await failureOf(app.acquireTokenForClient({ scopes, signal: leaving.signal }))).toBe("gone");
    await new Promise((resolve) => setImmediate(resolve));
    expect(JSON.stringify(logged)).not.toContain("could not be renewed");
  });

  it("may be an assertion, made anew by its callback", async () => {
    let made = 0;
    const { app, service } = makeDaemon(
      (request, index) => (request.form.get("client_assertion") === "h.new.s" ? token(index) : aadstsError(700027)),
      { clientCredential: clientAssertion(async () => (made++ === 0 ? "h.old.s" : "h.new.s")) },
    );
    await expect(app.acquireTokenForClient({ scopes })).resolves.toMatchObject({ source: "network" });
    expect(service.requests).toHaveLength(2);
  });
});
