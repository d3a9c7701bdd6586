import { type AuthError, clientCertificate, type Fetch, protectedApi } from "@latchkey/client";
import { createFetch } from "@latchkey/client/node";
import { beforeAll, describe, expect, test } from "vitest";
import { clientId, graph, makeDaemon, tenantId } from "../support/daemon.ts";
import { authErrorOf } from "../support/failure.ts";
import { type CertifiedKey, rsaCertificate } from "../support/keys.ts";
import { startServer } from "../support/localServer.ts";
import { aadstsError } from "../support/scriptedService.ts";
import { makeTool } from "../support/tool.ts";

let rsa: CertifiedKey;
beforeAll(async () => {
  rsa = await rsaCertificate();
});

describe("AADSTS700027", () => {
  const found =
    "Thumbprint of key used by client: 'AB', Found key 'Start=08/18/2024 19:33:23, End=08/18/2029 19:33:23'";
  async function refusedFor(words: string): Promise<AuthError> {
    const { app } = makeDaemon(() => aadstsError(700027, words), {
      clientCredential: clientCertificate({ privateKey: rsa.pem, thumbprint: rsa.sha1 }),
    });
    return authErrorOf(app.acquireTokenForClient({ scopes: [graph] }));
  }

  test.each([
    "Key was found, but use of the key to verify the signature failed.",
    "The provided signature value did not match the expected signature value.",
  ])("for a signature by a key other than the certificate's says so: %s", async (reason) => {
    const error = await refusedFor(`Client assertion contains an invalid signature. [Reason - ${reason}, ${found}]`);
    expect(error).toMatchObject({ name: "ServerError", code: "certificate_key_mismatch", aadsts: 700027 });
    expect(error.remedy).toBe(
      `Sign with the key of the certificate that the assertion refers to (thumbprint ${rsa.sha1}): application ${clientId} has that certificate, but another key made the signature.`,
    );
  });

  test("for an expired certificate asks for a new one", async () => {
    const error = await refusedFor(
      `Client assertion contains an invalid signature. [Reason - The key used is expired., ${found}]`,
    );
    expect(error).toMatchObject({
      code: "certificate_expired",
      remedy: expect.stringMatching(/^Create a new certificate/),
    });
  });

  test("for a missing certificate asks for its upload", async () => {
    const error = await refusedFor(
      "The certificate with identifier used to sign the client assertion is not registered on application. [Reason - The key was not found., Thumbprint of key used by client: 'AB']",
    );
    expect(error).toMatchObject({
      code: "certificate_not_registered",
      remedy: expect.stringMatching(/^Upload this certificate/),
    });
  });
});

describe("the remedy of an API's 403", () => {
  async function remedyFor(message: string, challenge?: string, account?: { username: string }): Promise<string> {
    const { app } = makeDaemon();
    const source = {
      ...(account ? { acquireTokenSilent: () => app.acquireTokenForClient({ scopes: [graph] }) } : {}),
      acquireTokenForClient: () => app.acquireTokenForClient({ scopes: [graph] }),
    };
    const api = protectedApi(source, {
      baseUrl: "https://graph.microsoft.com/v1.0/",
      scopes: [graph],
      ...(account === undefined ? {} : { account: account as never }),
      fetch: async () =>
        new Response(JSON.stringify({ error: { code: "Forbidden", message } }), {
          status: 403,
          headers: challenge === undefined ? {} : { "www-authenticate": challenge },
        }),
    });
    const error = await authErrorOf(api.json("chats"));
    expect(error.code).toBe("insufficient_privileges");
    return error.remedy;
  }

  test.each([
    [
      "Missing scope permissions on the request. API requires one of 'Chat.ReadBasic, Chat.Read'. Scopes on the request 'User.Read, Mail.Send'",
      "Chat.ReadBasic or Chat.Read",
    ],
    [
      "Missing role permissions on the request. API requires one of 'Chat.Read.All'. Roles on the request 'User.Read.All'.",
      "Chat.Read.All",
    ],
    [
      "Authorization failed due to missing permission scope PrivilegedAccess.Read.AzureADGroup,PrivilegedAccess.ReadWrite.AzureADGroup.",
      "PrivilegedAccess.Read.AzureADGroup or PrivilegedAccess.ReadWrite.AzureADGroup",
    ],
    [
      "Application is not authorized to perform this operation. Application must have one of the following scopes: DeviceManagementApps.Read.All, DeviceManagementApps.ReadWrite.All - Operation ID (for customer support): 0",
      "DeviceManagementApps.Read.All or DeviceManagementApps.ReadWrite.All",
    ],
    [
      "Missing application roles. API required roles: Incident.Read.All; application roles: Alert.Read.All.",
      "Incident.Read.All",
    ],
  ])("contains the permissions that the API requires: %s", async (message, wanted) => {
    expect(await remedyFor(message)).toContain(`Declare the application permission ${wanted} in the registration`);
    expect(await remedyFor(message, undefined, { username: "grace" })).toContain(
      `Request the scope ${wanted}, and check that grace`,
    );
  });

  test("contains the scope of an RFC 6750 challenge", async () => {
    const challenge =
      'Bearer realm="api", error="insufficient_scope", error_description="no", scope="orders.read orders.write"';
    expect(await remedyFor("No.", challenge)).toContain(
      "Declare the application permission orders.read orders.write in",
    );
  });

  test.each([
    ["Insufficient privileges to complete the operation.", undefined],
    ["The client does not have authorization to perform action 'Microsoft.Resources/subscriptions/read'", undefined],
    ["No.", 'Bearer error="invalid_token", scope="orders.read"'],
    ["", undefined],
  ])("contains no permission if the API names none: %s", async (message, challenge) => {
    expect(await remedyFor(message, challenge)).toContain("Declare the application permission that this call needs in");
  });
});

describe("a scope that is not {resource}/.default", () => {
  test.each([
    ["https://graph.microsoft.com/.default/", "https://graph.microsoft.com/.default"],
    ["https://graph.microsoft.com/.Default/", "https://graph.microsoft.com/.default"],
    ["https://graph.microsoft.com/.default//", "https://graph.microsoft.com/.default"],
    ["https://graph.microsoft.com/.default/.default", "https://graph.microsoft.com/.default"],
    ["https://graph.microsoft.com/.default/.Default/", "https://graph.microsoft.com/.default"],
    ["https://graph.microsoft.com/default", "https://graph.microsoft.com/.default"],
    ["https://graph.microsoft.com./default", "https://graph.microsoft.com/.default"],
    ["https://graph.microsoft.com.default", "https://graph.microsoft.com/.default"],
    ["https://database.windows.net//.default/", "https://database.windows.net//.default"],
    ["api://orders/.default/", "api://orders/.default"],
    ["/.default", "https://graph.microsoft.com/.default"],
    [".default", "https://graph.microsoft.com/.default"],
    ["User.Read", "https://graph.microsoft.com/.default"],
    ["https://graph.microsoft.com/User.Read", "https://graph.microsoft.com/.default"],
    ["https://graph.microsoft.com", "https://graph.microsoft.com/.default"],
    ["https://graph.microsoft.com/", "https://graph.microsoft.com/.default"],
  ])("%s is answered with the one to request", async (scope, wanted) => {
    const { app, service } = makeDaemon();
    const error = await authErrorOf(app.acquireTokenForClient({ scopes: [scope] }));
    expect(error).toMatchObject({ code: "invalid_scope" });
    expect(error.remedy).toBe(
      `Request "${wanted}": an application gets all permissions granted to it, not single ones.`,
    );
    expect(service.requests).toEqual([]);
    await app.acquireTokenForClient({ scopes: [wanted] });
    expect(service.requests[0]?.form.get("scope")).toBe(wanted);
  });
});

describe("a host that cannot be confirmed", () => {
  const authority = `https://login.contoso.example/${tenantId}`;
  const failing =
    (error: Error): Fetch =>
    async () => {
      throw error;
    };
  const option =
    'if you trust login.contoso.example with your credential, add "login.contoso.example" to knownAuthorities.';

  test.each([
    ["ENOTFOUND", "network_error"],
    ["ECONNREFUSED", "network_error"],
  ])("is reported when discovery fails (%s), with the option", async (code, wanted) => {
    const cause = Object.assign(new Error(`getaddrinfo ${code} login.microsoftonline.com`), { code });
    const { app } = makeDaemon(undefined, { authority, fetch: failing(cause) });
    const error = await authErrorOf(app.acquireTokenForClient({ scopes: [graph] }));
    expect(error).toMatchObject({ name: "NetworkError", code: wanted, retryable: true });
    expect(error.message).toContain(
      "The host login.contoso.example could not be confirmed: No response from login.microsoftonline.com",
    );
    expect(error.remedy.endsWith(`; or, ${option}`)).toBe(true);
    expect(JSON.stringify(error)).toContain(code);
  });

  test("is reported when something else responds, with the option", async () => {
    const { app } = makeDaemon(() => ({ body: "<html>Hotel</html>", headers: { "content-type": "text/html" } }), {
      authority,
    });
    const error = await authErrorOf(app.acquireTokenForClient({ scopes: [graph] }));
    expect(error).toMatchObject({ name: "NetworkError", code: "invalid_response" });
    expect(error.remedy).toContain(option);
  });

  test("is reported when Microsoft does not know it, with the option", async () => {
    const { app } = makeDaemon(() => ({ status: 400, body: { error: "invalid_instance" } }), { authority });
    const error = await authErrorOf(app.acquireTokenForClient({ scopes: [graph] }));
    expect(error).toMatchObject({ code: "untrusted_authority", remedy: `Correct the authority, or, ${option}` });
  });
});

describe("a server's certificate", () => {
  async function failureAt(certificate: CertifiedKey, host: string): Promise<AuthError> {
    const server = await startServer((_, response) => response.end("{}"), certificate);
    try {
      const { app } = makeDaemon(undefined, {
        authority: `https://${host}:${server.port}/${tenantId}`,
        fetch: createFetch() as unknown as Fetch,
      });
      return await authErrorOf(app.acquireTokenForClient({ scopes: [graph] }));
    } finally {
      await server.close();
    }
  }

  test("that is not trusted has one remedy; on this machine it uses the local platform's file", async () => {
    const certificate = await rsaCertificate({
      dnsNames: ["127.0.0.1", "localhost"],
      notAfter: new Date(Date.now() + 86_400_000),
    });
    for (const host of ["127.0.0.1", "localhost"]) {
      const error = await failureAt(certificate, host);
      expect(error.remedy).toBe(
        "Trust the local platform's certificate authority: set NODE_EXTRA_CA_CERTS to its ca-certificate.pem before the program starts.",
      );
      expect(error.message).not.toMatch(/use-system-ca|root CA/);
      expect(error.message).toMatch(/DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_VERIFY|self-signed/);
    }
  });

  test("that is not trusted elsewhere has the general remedy", async () => {
    const cause = Object.assign(
      new Error(
        "unable to verify the first certificate; if the root CA is installed locally, try running Node.js with --use-system-ca",
      ),
      { code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" },
    );
    const { app } = makeDaemon(undefined, {
      fetch: async () => {
        throw cause;
      },
    });
    const error = await authErrorOf(app.acquireTokenForClient({ scopes: [graph] }));
    expect(error.message).toBe(
      "No response from login.microsoftonline.com: unable to verify the first certificate (UNABLE_TO_VERIFY_LEAF_SIGNATURE)",
    );
    expect(error.remedy).toMatch(/^Trust the server's certificate authority: set NODE_EXTRA_CA_CERTS/);
  });

  test.each(["CERT_HAS_EXPIRED", "ERR_TLS_CERT_ALTNAME_INVALID"])(
    "that cannot be fixed by trust (%s) has another remedy",
    async (code) => {
      const { app } = makeDaemon(undefined, {
        fetch: async () => {
          throw Object.assign(new Error("certificate trouble"), { code });
        },
      });
      const { remedy } = await authErrorOf(app.acquireTokenForClient({ scopes: [graph] }));
      expect(remedy).toMatch(/^Have the server's certificate renewed/);
    },
  );
});

test("a redirect URI that differs from the registered one is shown, since it has to be corrected", async () => {
  const sent = "https://app.test/signed-in/";
  const words = `The reply address '${sent}' does not match the reply address 'https://app.test/signed-in' provided when requesting Authorization code.`;
  const { app } = makeTool(() => aadstsError(500112, words));
  const code = { code: "a-code-of-the-callback", redirectUri: sent, scopes: ["User.Read"] };
  const error = await authErrorOf(app.acquireTokenByAuthorizationCode(code));
  expect(error.code).toBe("redirect_uri_mismatch");
  expect(error.message).toContain(words);
});

test("an API that considers a valid token expired is distinguished from one that requires another scope", async () => {
  const body = {
    error: { code: "InvalidAuthenticationToken", message: "Lifetime validation failed, the token is expired." },
  };
  const fetch = async (): Promise<Response> => Response.json(body, { status: 401 });
  const api = protectedApi(makeDaemon().app, { baseUrl: "https://graph.microsoft.com/v1.0/", scopes: [graph], fetch });
  expect((await authErrorOf(api.json("users"))).remedy).toMatch(/clock.*forceRefresh/);
});
