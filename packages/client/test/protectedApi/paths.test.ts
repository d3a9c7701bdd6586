import { protectedApi } from "@latchkey/client";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { graph, makeDaemon } from "../support/daemon.ts";
import { authErrorOf } from "../support/failure.ts";

const origin = "https://graph.microsoft.com";

/** An API and the addresses requested from it. */
function watchedApi() {
  const addresses: string[] = [];
  const { app, service } = makeDaemon();
  const fetch: typeof globalThis.fetch = async (input) => {
    addresses.push(String(input));
    return Response.json({});
  };
  return { addresses, service, api: protectedApi(app, { baseUrl: `${origin}/v1.0`, scopes: [graph], fetch }) };
}

describe("a path", () => {
  test.each([
    ["users", "/v1.0/users"],
    ["/users", "/v1.0/users"],
    ["", "/v1.0/"],
    ["?$top=1", "/v1.0/?$top=1"],
    ["users?$filter=a eq 'b:c/d'", "/v1.0/users?$filter=a%20eq%20%27b:c/d%27"],
    ["root:/x", "/v1.0/root:/x"],
    ["root:/a/b.txt:/content", "/v1.0/root:/a/b.txt:/content"],
    ["drive/root:/file.txt:/content", "/v1.0/drive/root:/file.txt:/content"],
    ["/root:/x", "/v1.0/root:/x"],
    ["javascript:alert(1)", "/v1.0/javascript:alert(1)"],
    ["data:text/plain,x", "/v1.0/data:text/plain,x"],
    ["file:///etc/passwd", "/v1.0/file:///etc/passwd"],
    ["blob:https://evil.test/x", "/v1.0/blob:https://evil.test/x"],
    ["https:users", "/v1.0/https:users"],
    ["https:/evil.test/users", "/v1.0/https:/evil.test/users"],
    ["users/..", "/v1.0/"],
    ["users/%23", "/v1.0/users/%23"],
    ["//evil.test/users", "/v1.0/evil.test/users"],
    [`${origin}/beta/users`, "/beta/users"],
    [`HTTPS://GRAPH.MICROSOFT.COM:443/beta/users`, "/beta/users"],
  ])("%j is resolved below the base", async (path, expected) => {
    const { api, addresses } = watchedApi();
    await api.json(path);
    expect(addresses).toEqual([origin + expected]);
  });

  test.each([
    "users#x",
    "#",
    "users/a#b/photo",
    "users?$filter=a eq '#b'",
    `${origin}/v1.0/users#x`,
    "users/a\tb",
    "users/a\nb",
    "users/a\r\nb",
    "users/\u0000",
    "\thttps://evil.test/",
    "ht\ntps://evil.test/",
    undefined,
    null,
    7,
    {},
  ])("%j is refused: it would be requested differently", async (path) => {
    const { api, addresses, service } = watchedApi();
    for (const call of [
      () => api.json(path as string),
      () => api.fetch(path as string),
      () => api.pages(path as string).next(),
    ]) {
      expect(await authErrorOf(call)).toMatchObject({ name: "ConfigurationError", code: "invalid_options" });
    }
    expect([addresses, service.requests]).toEqual([[], []]);
  });

  test("with # says how to write it", async () => {
    const { remedy } = await authErrorOf(watchedApi().api.json("users/a#b"));
    expect(remedy).toContain("%23");
  });

  test.each([
    "../beta/users",
    "..",
    "users/../../beta",
    "%2e%2e/beta",
    ".%2E/beta",
    "users/%2E%2e/%2e%2e/beta",
    "..\\beta",
    "users\\..\\..\\beta",
    "/../beta",
    "//../beta",
    "https://evil.test/users",
    "HTTPS://evil.test/users",
    "https://graph.microsoft.com.evil.test/users",
    "https://graph.microsoft.com@evil.test/users",
    "https://user:hunter2@graph.microsoft.com/users",
    "https://graph.microsoft.com:8443/users",
    "http://graph.microsoft.com/users",
    "https://",
    "https://[",
  ])("%j is refused: it leads elsewhere", async (path) => {
    const { api, addresses, service } = watchedApi();
    const error = await authErrorOf(api.json(path));
    expect(error).toMatchObject({ name: "ConfigurationError", code: "redirect_refused" });
    expect(JSON.stringify(error)).not.toContain("hunter2");
    expect([addresses, service.requests]).toEqual([[], []]);
  });

  test("never takes the token elsewhere, and a relative one never leaves the base", async () => {
    const part = fc.constantFrom(
      ..."/\\.:?@%&=a ",
      "..",
      "%2e",
      "%2f",
      "%5c",
      "//",
      "https:",
      "evil.test",
      "\t",
      "#",
      "é",
    );
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 12 }), async (parts) => {
        const path = parts.join("");
        const { api, addresses } = watchedApi();
        await api.json(path).catch(() => undefined);
        for (const url of addresses) {
          expect(new URL(url).origin).toBe(origin);
          if (!/^https?:\/\//i.test(path)) {
            expect(url).toMatch(/^https:\/\/graph\.microsoft\.com\/v1\.0\//);
          }
        }
      }),
    );
  });
});

describe("the base address", () => {
  test.each(["https://user:hunter2@graph.test/v1.0", "https://:hunter2@graph.test"])(
    "is refused with a password in it, which fetch refuses (%s)",
    async (baseUrl) => {
      const { app } = makeDaemon();
      const error = await authErrorOf(() => protectedApi(app, { baseUrl, scopes: [graph] }));
      expect(error).toMatchObject({ code: "invalid_options" });
      expect(JSON.stringify(error)).not.toContain("hunter2");
    },
  );
});
