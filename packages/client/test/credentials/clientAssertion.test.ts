import { clientAssertion } from "@latchkey/client";
import { describe, expect, test } from "vitest";
import { clientId, graph, makeDaemon, tenantId } from "../support/daemon.ts";
import { authErrorOf } from "../support/failure.ts";
import { token } from "../support/scriptedService.ts";

const jwt = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln";
const jwtBearer = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

describe("a client assertion", () => {
  test("is sent as given", async () => {
    const { app, service } = makeDaemon(undefined, { clientCredential: clientAssertion(jwt) });
    await app.acquireTokenForClient({ scopes: [graph] });
    expect(Object.fromEntries(service.requests[0]?.form ?? [])).toEqual({
      client_id: clientId,
      client_assertion: jwt,
      client_assertion_type: jwtBearer,
      grant_type: "client_credentials",
      scope: graph,
    });
  });

  test("comes from a callback that receives audience, kind, tenant and correlation id", async () => {
    const contexts: object[] = [];
    const { app } = makeDaemon(undefined, {
      clientCredential: clientAssertion(async (context) => {
        contexts.push(context);
        return jwt;
      }),
    });
    await app.acquireTokenForClient({ scopes: [graph], correlationId: "c1" });
    await app.acquireTokenForClient({ scopes: [graph] });
    const tokenEndpoint = `https://login.microsoftonline.com/${tenantId}/oauth2/v2.0/token`;
    expect(contexts).toEqual([
      expect.objectContaining({
        clientId,
        tenantId,
        tokenEndpoint,
        audience: tokenEndpoint,
        authorityKind: "entra",
        correlationId: "c1",
      }),
    ]);
  });

  test("for another issuer has the issuer as its audience", async () => {
    const audiences: string[] = [];
    const issuer = "https://id.example.test";
    const { app } = makeDaemon(
      (request, index) =>
        request.method === "GET" ? { body: { issuer, token_endpoint: `${issuer}/token` } } : token(index),
      {
        oidcAuthority: issuer,
        clientCredential: clientAssertion(async ({ audience }) => {
          audiences.push(audience);
          return jwt;
        }),
      },
    );
    await app.acquireTokenForClient({ scopes: ["read"] });
    expect(audiences).toEqual([issuer]);
  });

  test.each([
    ["empty", ""],
    ["a text with two parts", "a.b"],
    ["an encrypted token", "a.b.c.d.e"],
    ["broken by a blank", jwt.replace(".", ". ")],
    ["missing", undefined],
    ["an object", { token: jwt }],
  ])("is refused at once when it is %s", async (_, value) => {
    const error = await authErrorOf(() => clientAssertion(value as string));
    expect(error).toMatchObject({ name: "ConfigurationError", code: "invalid_credential" });
    expect(error.message).not.toContain("eyJ");
  });

  test("is refused before any request when the callback returns garbage, which is not shown", async () => {
    const { app, service } = makeDaemon(undefined, {
      clientCredential: clientAssertion(async () => "Error: canary not found"),
    });
    const error = await authErrorOf(app.acquireTokenForClient({ scopes: [graph] }));
    expect(error).toMatchObject({ code: "invalid_credential" });
    expect(error.message).not.toContain("canary");
    expect(service.requests).toHaveLength(0);
  });
});
