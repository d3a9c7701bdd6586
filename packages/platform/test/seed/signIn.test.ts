import { generateKeyPairSync } from "node:crypto";
import { startPlatform } from "@latchkey/platform";
import { exportJWK, SignJWT } from "jose";
import { expect, test } from "vitest";
import { openBrowser } from "../support/browser.ts";
import { graphScope, postForm, tokenPath } from "../support/daemon.ts";
import { answerOf, authorizePath, redirectUri, signIn } from "../support/signIn.ts";

test("a seed adds federated credentials with the issuer's keys", async () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const issuer = "https://token.actions.example";
  const subject = "repo:contoso/shop";
  const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: "k1" }] };
  const clientId = "5eed0000-0000-4000-8000-000000000001";
  const platform = await startPlatform({
    seed: {
      applications: [{ name: "deploy", clientId, federatedCredentials: [{ name: "ci", issuer, subject, keys }] }],
    },
  });
  const assertion = await new SignJWT({ iss: issuer, sub: subject, aud: "api://AzureADTokenExchange" })
    .setProtectedHeader({ alg: "RS256", kid: "k1" })
    .setExpirationTime("5m")
    .sign(privateKey);
  const { status } = await postForm(platform, tokenPath(platform), {
    grant_type: "client_credentials",
    client_id: clientId,
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion: assertion,
    scope: graphScope,
  });
  await platform.stop();
  expect(status).toBe(200);
});

test("a seed lets the authorize endpoint issue ID tokens, and its users sign in", async () => {
  const clientId = "5eed0000-0000-4000-8000-000000000002";
  const userPrincipalName = "sam@contoso.onmicrosoft.com";
  const platform = await startPlatform({
    seed: {
      users: [{ userPrincipalName, password: "Right-1-right" }],
      applications: [
        {
          name: "portal",
          clientId,
          redirectUris: { web: [redirectUri] },
          implicitGrant: { idTokens: true },
          permissions: [{ api: "Microsoft Graph", delegated: ["User.Read"] }],
          adminConsent: true,
        },
      ],
    },
  });
  const path = authorizePath(platform, { appId: clientId }, { response_type: "id_token", nonce: "n-1" });
  const response = answerOf(await signIn(openBrowser(platform), path, { userPrincipalName }));
  await platform.stop();
  expect(response["id_token"]).toBeDefined();
});
