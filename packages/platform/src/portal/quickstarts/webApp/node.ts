interface NodeClient {
  readonly imports: string;
  /** Creates `app`, `beginSignIn()` and `finishSignIn(pending, url)`. */
  readonly client: string;
}

export const latchkeyProgram: string = nodeProgram({
  imports: `import { ConfidentialClientApplication, clientSecret } from "@latchkey/client";`,
  client: `const app = new ConfidentialClientApplication({
  clientId: parameters.client_id,
  authority: parameters.authority,
  clientCredential: clientSecret(parameters.secret),
});

// Creates the URL with state and PKCE. The result also has what is needed to check the response.
const beginSignIn = () => app.getAuthorizationUrl({ scopes, redirectUri });
const finishSignIn = (request, url) => app.acquireTokenByAuthorizationCode({ request, response: url });`,
});

export const msalNodeProgram: string = nodeProgram({
  imports: `import { ConfidentialClientApplication, CryptoProvider } from "@azure/msal-node";`,
  client: `const app = new ConfidentialClientApplication({
  auth: {
    clientId: parameters.client_id,
    authority: parameters.authority,
    clientSecret: parameters.secret,
    knownAuthorities: [new URL(parameters.authority).host],
  },
});

async function beginSignIn() {
  const { verifier, challenge } = await new CryptoProvider().generatePkceCodes();
  const request = { scopes, redirectUri, state: randomUUID() };
  const url = await app.getAuthCodeUrl({ ...request, codeChallenge: challenge, codeChallengeMethod: "S256" });
  return { url, request: { ...request, codeVerifier: verifier } };
}

function finishSignIn({ request }, url) {
  const response = Object.fromEntries(new URL(url, redirectUri).searchParams);
  if (response.code === undefined) throw new Error(response.error_description);
  return app.acquireTokenByCode({ ...request, code: response.code }, response);
}`,
});

function nodeProgram({ imports, client }: NodeClient): string {
  return `import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
${imports}

const parameters = JSON.parse(readFileSync("parameters.json", "utf8"));
const { scope: scopes, redirect_uri: redirectUri } = parameters;
${client}

// By the key in the browser's cookie: the pending sign-in, and the signed-in account.
const pendingSignIns = new Map();
const accounts = new Map();

function store(map, value) {
  const key = randomUUID();
  map.set(key, value);
  return \`webApp=\${key}; HttpOnly; SameSite=Lax; Path=/\`;
}

async function handle({ url, headers }) {
  const key = /(?:^|; )webApp=([^;]+)/.exec(headers.cookie ?? "")?.[1];
  const { pathname } = new URL(url, redirectUri);
  if (pathname === new URL(redirectUri).pathname) {
    const pending = pendingSignIns.get(key);
    pendingSignIns.delete(key);
    if (pending === undefined) return { status: 400, text: "No sign-in was started in this browser." };
    const { account } = await finishSignIn(pending, url);
    return { location: "/", cookie: store(accounts, account) };
  }
  if (pathname !== "/") return { status: 404, text: "Page not found." };
  const account = accounts.get(key);
  if (account === undefined) {
    const pending = await beginSignIn();
    return { location: pending.url, cookie: store(pendingSignIns, pending) };
  }
  const { accessToken } = await app.acquireTokenSilent({ scopes, account });
  const me = await fetch(parameters.endpoint, { headers: { authorization: \`Bearer \${accessToken}\` } });
  return { text: JSON.stringify(await me.json(), null, 2) };
}

const server = createServer(async (request, response) => {
  const { status = 200, text, location, cookie } = await handle(request).catch((error) => {
    console.error(error);
    return { status: 500, text: "Something went wrong. See the console for the reason." };
  });
  if (cookie !== undefined) response.setHeader("set-cookie", cookie);
  if (location !== undefined) response.writeHead(303, { location }).end();
  else response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(text);
});
const { origin, port } = new URL(redirectUri);
server.listen(Number(port), "localhost", () => console.log(origin));
`;
}
