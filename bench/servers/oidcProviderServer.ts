import { createPrivateKey } from "node:crypto";
import { createServer } from "node:http";
import { Provider } from "oidc-provider";
import { listenPlainly, report, signingKey } from "./serve.ts";

const api = "https://api.example";
const client = { client_id: "11111111-2222-4333-8444-555555555555", client_secret: "a secret of the usual length" };
const server = createServer();
const port = await listenPlainly(server);
const provider = new Provider(`http://localhost:${port}`, {
  jwks: { keys: [{ ...createPrivateKey(signingKey).export({ format: "jwk" }), alg: "RS256", use: "sig" }] },
  scopes: ["read"],
  ttl: { ClientCredentials: 3_600 },
  clients: [
    {
      ...client,
      grant_types: ["client_credentials"],
      redirect_uris: [],
      response_types: [],
      token_endpoint_auth_method: "client_secret_post",
    },
  ],
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: () => ({ scope: "read", accessTokenFormat: "jwt", jwt: { sign: { alg: "RS256" } } }),
    },
  },
  // As long as the other claims in the platform's tokens.
  extraTokenClaims: () => ({ further: "x".repeat(700) }),
});
server.on("request", provider.callback());
report({
  port,
  host: `localhost:${port}`,
  path: "/token",
  form: new URLSearchParams({ grant_type: "client_credentials", ...client, scope: "read", resource: api }).toString(),
});
