import { request as httpsRequest } from "node:https";
import { type Platform, startPlatform } from "@latchkey/platform";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";

let platform: Platform;
beforeAll(async () => {
  platform = await startPlatform();
});
afterAll(() => platform.stop());

test("issues a token over TLS to an application with a secret", async () => {
  const daemon = platform.directory.registerApplication({
    displayName: "Daemon",
    requiredResourceAccess: [{ name: "Microsoft Graph", permissions: ["User.Read.All"] }],
  });
  const { secretText } = platform.directory.addPassword(daemon.appId);
  platform.directory.grantAdminConsent(daemon.appId);
  const { status, body } = await post(`${platform.url}/${platform.tenant.id}/oauth2/v2.0/token`, {
    grant_type: "client_credentials",
    client_id: daemon.appId,
    client_secret: secretText,
    scope: "https://graph.microsoft.com/.default",
  });
  expect(status).toBe(200);
  expect(decodeJwt(body.access_token)).toMatchObject({ roles: ["User.Read.All"], aud: "https://graph.microsoft.com" });
});

function post(url: string, form: Record<string, string>): Promise<{ status: number; body: { access_token: string } }> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest(
      url,
      {
        method: "POST",
        ca: platform.caCertificate,
        headers: { "content-type": "application/x-www-form-urlencoded" },
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk) => {
          text += chunk;
        });
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) }));
      },
    );
    request.on("error", reject);
    request.end(new URLSearchParams(form).toString());
  });
}
