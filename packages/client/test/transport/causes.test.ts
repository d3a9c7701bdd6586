import { runInNewContext } from "node:vm";
import {
  AuthError,
  asTokenCredential,
  type ConfidentialClientApplicationOptions,
  clientCertificate,
  NetworkError,
  protectedApi,
} from "@latchkey/client";
import { acquireTokenInteractive } from "@latchkey/client/node";
import { describe, expect, test } from "vitest";
import { graph, makeDaemon } from "../support/daemon.ts";
import { authErrorOf, failureOf } from "../support/failure.ts";
import { rsaCertificate } from "../support/keys.ts";
import { randomOf } from "../support/randomOf.ts";
import { type Responder, token } from "../support/scriptedService.ts";
import { makeTool } from "../support/tool.ts";

const scopes = [graph];
const patient = { maxRetries: undefined, random: randomOf(0) };

type Failure = { readonly message?: string; readonly errors?: readonly Failure[]; readonly cause?: Failure };
type Fields = Failure & { readonly code?: string; readonly syscall?: string; readonly name?: string };

/** Creates errors of this realm, and of another: those that jest and `vm` contexts see from Node. */
const realms: readonly [string, (fields: Fields) => unknown][] = [
  ["this realm", (fields) => errorOf(fields)],
  ["another realm", (fields) => runInNewContext(`(${errorOf})(${JSON.stringify(fields)})`)],
];

function errorOf({ message = "fetch failed", errors, cause, ...more }: Fields): Error {
  const made = cause && errorOf(cause);
  const options = made ? { cause: made } : {};
  const error = errors
    ? new AggregateError(
        errors.map((each) => errorOf(each)),
        message,
        options,
      )
    : new Error(message, options);
  return Object.assign(error, more);
}

const reset = { message: "read ECONNRESET", code: "ECONNRESET", syscall: "read" };
const refused = { message: "connect ECONNREFUSED 10.0.0.1:443", code: "ECONNREFUSED", syscall: "connect" };
const unreachable = { message: "connect ENETUNREACH 2001:db8::1:443", code: "ENETUNREACH", syscall: "connect" };

describe.each(realms)("an error of %s", (_, make) => {
  test("is reported with its causes down to the code, and with the remedy for that", async () => {
    const cause = make({ cause: { message: "getaddrinfo ENOTFOUND login.test", code: "ENOTFOUND" } as Fields });
    const error = await authErrorOf(makeDaemon(() => Promise.reject(cause)).app.acquireTokenForClient({ scopes }));
    expect(error.message).toBe(
      "No response from login.microsoftonline.com: fetch failed: getaddrinfo ENOTFOUND login.test",
    );
    expect(error.remedy).toContain("name resolution");
    expect(error.toJSON()["causes"]).toEqual([
      "Error: fetch failed",
      "Error: getaddrinfo ENOTFOUND login.test (ENOTFOUND)",
    ]);
  });

  test("is reported with the first of its attempts", async () => {
    const cause = make({ message: "", errors: [refused, unreachable] });
    const error = await authErrorOf(makeDaemon(() => Promise.reject(cause)).app.acquireTokenForClient({ scopes }));
    expect(error.message).toBe("No response from login.microsoftonline.com: connect ECONNREFUSED 10.0.0.1:443");
    expect(error.remedy).toContain("listens");
  });

  test.each<[string, Fields]>([
    ["a refused connection", refused],
    ["an unknown name", { code: "ENOTFOUND", syscall: "getaddrinfo" }],
    ["a name server that does not respond", { code: "EAI_AGAIN" }],
    ["no route", { code: "EHOSTUNREACH" }],
    ["no network", { code: "ENETUNREACH" }],
    ["no address of one's own", { code: "EADDRNOTAVAIL" }],
    ["a connection that times out", { code: "ETIMEDOUT", syscall: "connect" }],
    ["a connection that is reset while it is established", { code: "ECONNRESET", syscall: "connect" }],
    ["undici's time-out of a connection", { code: "UND_ERR_CONNECT_TIMEOUT" }],
    ["Node's time-out of a connection", { code: "ERR_SOCKET_CONNECTION_TIMEOUT" }],
    ["Bun's refused connection", { code: "ConnectionRefused" }],
    ["Deno's refused connection", { message: "error sending request: client error (Connect): tcp connect error" }],
    [
      "a handshake that was broken off",
      {
        message: "Client network socket disconnected before secure TLS connection was established",
        code: "ECONNRESET",
      },
    ],
    ["a tunnel that was refused", { message: "The proxy http://p answered 502 for h" }],
    ["attempts at several addresses", { message: "", code: "ECONNREFUSED", errors: [refused, unreachable] } as Fields],
  ])("shows that an authorization code was never sent: %s", async (_, fields) => {
    for (const cause of [make(fields), make({ cause: fields })]) {
      expect(await redeem(cause)).toBe(2);
    }
  });

  test.each<[string, Fields]>([
    ["a reset connection", reset],
    ["a reset connection, by its code alone", { code: "ECONNRESET" }],
    ["a host that became unreachable on the way", { code: "EHOSTUNREACH", syscall: "read" }],
    ["a response timeout", { code: "ETIMEDOUT", syscall: "read" }],
    ["a broken pipe", { code: "EPIPE", syscall: "write" }],
    ["undici's closed socket", { code: "UND_ERR_SOCKET" }],
    ["a gateway that cannot connect, in its words", { message: "upstream: connect ECONNREFUSED 10.0.0.1:443" }],
    ["several attempts of which one was connected", { message: "", code: "ECONNREFUSED", errors: [refused, reset] }],
    ["no attempts", { message: "", errors: [] }],
    ["nothing at all", { message: "" }],
  ])("does not show that an authorization code was never sent: %s", async (_, fields) => {
    for (const cause of [make(fields), make({ cause: fields })]) {
      expect(await redeem(cause)).toBe(1);
    }
  });
});

/** How often an authorization code is sent when the first request fails like this. */
async function redeem(failure: unknown): Promise<number> {
  const response: Responder = (_, index) => (index === 0 ? Promise.reject(failure) : token(index));
  const { app, service } = makeTool(response, patient);
  await app
    .acquireTokenByAuthorizationCode({ code: "c", redirectUri: "http://localhost/", codeVerifier: "v", scopes })
    .catch(() => {});
  return service.requests.length;
}

describe("a failure that is its own cause", () => {
  test("is reported, and ends", async () => {
    const cause: Error & { errors?: unknown } = new Error("around");
    cause.cause = cause;
    const { app } = makeDaemon(() => Promise.reject(cause), patient);
    const error = await authErrorOf(app.acquireTokenForClient({ scopes }));
    expect(error.message).toContain("around");
    expect(JSON.stringify(error)).toContain("around");
    const sentOnce = { code: "c", redirectUri: "http://localhost/", codeVerifier: "v", scopes };
    const tool = makeTool(() => Promise.reject(cause), patient).app;
    await authErrorOf(tool.acquireTokenByAuthorizationCode(sentOnce));
    cause.errors = [cause];
    await authErrorOf(tool.acquireTokenByAuthorizationCode(sentOnce));
  });

  test.each([null, undefined, 42, "text", {}, { message: 42 }])("is reported when %j was thrown", async (thrown) => {
    const { app } = makeDaemon(() => Promise.reject(thrown), patient);
    expect(await authErrorOf(app.acquireTokenForClient({ scopes }))).toMatchObject({ code: "network_error" });
  });
});

/** An error as another copy of the package creates it. */
function foreign(code: string, more: object = {}): Error {
  const details = { name: "NetworkError", code, remedy: "Do something.", retryable: true, ...more };
  return Object.assign(new Error(`foreign ${code}`), details);
}

describe("an AuthError of another copy of the package", () => {
  test("comes through unchanged, from the application's fetch and from an API's", async () => {
    const error = foreign("timeout");
    const fetch = (): Promise<never> => Promise.reject(error);
    const { app } = makeDaemon(undefined, { fetch });
    expect(await failureOf(app.acquireTokenForClient({ scopes }))).toBe(error);
    const api = protectedApi(makeDaemon().app, { baseUrl: "https://api.test/", scopes, fetch });
    expect(await failureOf(api.json("x"))).toBe(error);
  });

  test("comes through unchanged from a token source", async () => {
    const error = foreign("timeout");
    const source = { acquireTokenForClient: () => Promise.reject(error) };
    expect(await failureOf(asTokenCredential(source).getToken(graph))).toBe(error);
    expect(await failureOf(protectedApi(source, { baseUrl: "https://api.test/", scopes }).json("x"))).toBe(error);
  });

  test("of a credential counts as a network failure, which may pass", async () => {
    let calls = 0;
    const clientCredential: ConfidentialClientApplicationOptions["clientCredential"] = async () => {
      if (calls++ === 0) {
        throw foreign("network_error");
      }
      return { parameters: { client_secret: "s" } };
    };
    const { app } = makeDaemon(undefined, { ...patient, clientCredential });
    await app.acquireTokenForClient({ scopes });
    expect(calls).toBe(2);
  });

  test("ends no sign-in when it says that a response was another sign-in's", async () => {
    const statuses: number[] = [];
    let redeemed = 0;
    const app = {
      getAuthorizationUrl: async ({ redirectUri }: { readonly redirectUri: string }) => ({ url: redirectUri }) as never,
      acquireTokenByAuthorizationCode: async () => {
        if (redeemed++ === 0) {
          throw foreign("state_mismatch", { name: "AuthError" });
        }
        return { accessToken: "token" } as never;
      },
    };
    const openBrowser = async (url: string): Promise<void> => {
      for (const code of ["another", "right"]) {
        const body = new URLSearchParams({ code, state: "s" });
        statuses.push((await fetch(url, { method: "POST", body })).status);
      }
    };
    const work = acquireTokenInteractive(app, { scopes: ["User.Read"], openBrowser });
    await expect(work).resolves.toMatchObject({ accessToken: "token" });
    expect([statuses[0], redeemed]).toEqual([400, 2]);
  });
});

describe("a signal of another realm", () => {
  test("ends an Azure SDK's call with its own reason", async () => {
    const reason = new Error("enough");
    const listeners = new Set<() => void>();
    const abortSignal = {
      aborted: false,
      reason: undefined as unknown,
      addEventListener: (_: "abort", listener: () => void) => void listeners.add(listener),
      removeEventListener: (_: "abort", listener: () => void) => void listeners.delete(listener),
    };
    const { app, service } = makeDaemon(() => new Promise(() => {}));
    const rejection = failureOf(asTokenCredential(app).getToken(graph, { abortSignal }));
    await service.received(1);
    Object.assign(abortSignal, { aborted: true, reason });
    for (const listener of listeners) {
      listener();
    }
    expect(await rejection).toBe(reason);
    expect(listeners.size).toBe(0);
  });
});

describe("a signature", () => {
  test("is accepted in the Uint8Array of another realm", async () => {
    const { pem, certificate } = await rsaCertificate();
    const key = await crypto.subtle.importKey(
      "pkcs8",
      Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ""), "base64"),
      { name: "RSA-PSS", hash: "SHA-256" },
      false,
      ["sign"],
    );
    const sign = async (data: Uint8Array<ArrayBuffer>): Promise<Uint8Array> => {
      const signed = await crypto.subtle.sign({ name: "RSA-PSS", saltLength: 32 }, key, data);
      return runInNewContext("Uint8Array.from(bytes)", { bytes: [...new Uint8Array(signed)] });
    };
    const { app } = makeDaemon(undefined, { clientCredential: clientCertificate({ certificate, sign }) });
    await expect(app.acquireTokenForClient({ scopes })).resolves.toMatchObject({ source: "network" });
  });
});

describe("the library's own errors", () => {
  test("are instances of what it exports", async () => {
    const { app } = makeDaemon(() => Promise.reject(new Error("x")));
    const error = await authErrorOf(app.acquireTokenForClient({ scopes }));
    expect([error instanceof AuthError, error instanceof NetworkError]).toEqual([true, true]);
  });
});
