interface NodeClient {
  readonly imports: string;
  /** Makes `app`, and `beginSignIn()` and `finishSignIn(begun, url)`. */
  readonly client: string;
}

export const latchkeyProgram: string = nodeProgram({
  imports: `import { ConfidentialClientApplication, clientSecret } from "@latchkey/client";`,
  client: `const app = new ConfidentialClientApplication({
  clientId: parameters.client_id,
  authority: parameters.authority,
  clientCredential: clientSecret(parameters.secret),
});

// Makes the address with state and PKCE, and keeps what the answer has to fit.
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
  const answer = Object.fromEntries(new URL(url, redirectUri).searchParams);
  if (answer.code === undefined) throw new Error(answer.error_description);
  return app.acquireTokenByCode({ ...request, code: answer.code }, answer);
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

// By the key in a browser's cookie: the sign-in that was begun there, and the account that is signed in there.
const signIns = new Map();
const accounts = new Map();

function keep(kept, value) {
  const key = randomUUID();
  kept.set(key, value);
  return \`webApp=\${key}; HttpOnly; SameSite=Lax; Path=/\`;
}

async function answerTo({ url, headers }) {
  const key = /(?:^|; )webApp=([^;]+)/.exec(headers.cookie ?? "")?.[1];
  const { pathname } = new URL(url, redirectUri);
  if (pathname === new URL(redirectUri).pathname) {
    const begun = signIns.get(key);
    signIns.delete(key);
    if (begun === undefined) return { status: 400, text: "No sign-in was begun in this browser." };
    const { account } = await finishSignIn(begun, url);
    return { location: "/", cookie: keep(accounts, account) };
  }
  if (pathname !== "/") return { status: 404, text: "There is no such page." };
  const account = accounts.get(key);
  if (account === undefined) {
    const begun = await beginSignIn();
    return { location: begun.url, cookie: keep(signIns, begun) };
  }
  const { accessToken } = await app.acquireTokenSilent({ scopes, account });
  const me = await fetch(parameters.endpoint, { headers: { authorization: \`Bearer \${accessToken}\` } });
  return { text: JSON.stringify(await me.json(), null, 2) };
}

const server = createServer(async (request, response) => {
  const { status = 200, text, location, cookie } = await answerTo(request).catch((error) => {
    console.error(error);
    return { status: 500, text: "That did not work. The console says why." };
  });
  if (cookie !== undefined) response.setHeader("set-cookie", cookie);
  if (location !== undefined) response.writeHead(303, { location }).end();
  else response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(text);
});
const { origin, port } = new URL(redirectUri);
server.listen(Number(port), "localhost", () => console.log(origin));
`;
}
