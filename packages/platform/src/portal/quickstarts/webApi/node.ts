interface NodeClient {
  readonly imports: string;
  /** Creates `app`, and `graphToken(token)` from a user's token. */
  readonly client: string;
  /** The class of the error that only the user can resolve. */
  readonly interactionRequired: string;
}

export const latchkeyProgram: string = nodeProgram({
  imports: `import { ConfidentialClientApplication, clientSecret, InteractionRequiredError } from "@latchkey/client";`,
  client: `const app = new ConfidentialClientApplication({
  clientId: parameters.client_id,
  authority: parameters.authority,
  clientCredential: clientSecret(parameters.secret),
});`,
  interactionRequired: "InteractionRequiredError",
});

export const msalNodeProgram: string = nodeProgram({
  imports: `import { ConfidentialClientApplication, InteractionRequiredAuthError } from "@azure/msal-node";`,
  client: `const app = new ConfidentialClientApplication({
  auth: {
    clientId: parameters.client_id,
    authority: parameters.authority,
    clientSecret: parameters.secret,
    knownAuthorities: [new URL(parameters.authority).host],
  },
});`,
  interactionRequired: "InteractionRequiredAuthError",
});

function nodeProgram({ imports, client, interactionRequired }: NodeClient): string {
  return `import { readFileSync } from "node:fs";
import { createServer } from "node:http";
${imports}
import { createRemoteJWKSet, errors, jwtVerify } from "jose";

const parameters = JSON.parse(readFileSync("parameters.json", "utf8"));
${client}
const keys = createRemoteJWKSet(new URL(\`\${parameters.authority}/discovery/v2.0/keys\`));
const expected = { issuer: \`\${parameters.authority}/v2.0\`, audience: parameters.client_id, algorithms: ["RS256"] };

// Users' tokens have scopes, programs' tokens have roles. Do not accept one in place of the other.
const routes = {
  "/me": { claim: "scp", value: "Profile.Read", respond: profile },
  "/orders": { claim: "roles", value: "Orders.Read.All", respond: () => ({ orders: [{ id: 1, article: "latch" }] }) },
};

// Gets the user's profile from Graph on behalf of the user.
async function profile(oboAssertion) {
  const { accessToken } = await app.acquireTokenOnBehalfOf({ scopes: parameters.scope, oboAssertion });
  const response = await fetch(parameters.endpoint, { headers: { authorization: \`Bearer \${accessToken}\` } });
  return response.json();
}

async function handle({ url, headers }) {
  const route = routes[new URL(url, "http://localhost").pathname];
  if (route === undefined) return { status: 404 };
  const token = /^Bearer (.+)$/i.exec(headers.authorization ?? "")?.[1];
  if (token === undefined) return { status: 401, challenge: "Bearer" };
  const { payload } = await jwtVerify(token, keys, expected);
  const granted = payload[route.claim] ?? [];
  if (!(typeof granted === "string" ? granted.split(" ") : granted).includes(route.value)) {
    return { status: 403, challenge: \`Bearer error="insufficient_scope", scope="\${route.value}"\` };
  }
  return { status: 200, body: await route.respond(token) };
}

function handleError(error) {
  if (error instanceof errors.JOSEError) {
    return { status: 401, challenge: \`Bearer error="invalid_token", error_description="\${error.code}"\` };
  }
  console.error(error);
  // Only the caller can prompt the user, so it gets the claims for that.
  return error instanceof ${interactionRequired}
    ? { status: 401, challenge: \`Bearer error="insufficient_claims", claims="\${btoa(error.claims ?? "")}"\` }
    : { status: 500 };
}

const server = createServer(async (request, response) => {
  const { status, challenge, body } = await handle(request).catch(handleError);
  if (challenge !== undefined) response.setHeader("www-authenticate", challenge);
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
});
const port = process.env.PORT ?? "4000";
server.listen(Number(port), "localhost", () => console.log(\`http://localhost:\${port}\`));
`;
}
