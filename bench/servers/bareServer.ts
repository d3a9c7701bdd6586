// The least a token service can do: it reads the form, and signs claims about the client named in it. It checks
// nothing.
import { createPrivateKey, randomBytes, sign } from "node:crypto";
import { createServer } from "node:http";
import { listenPlainly, report, signingKey } from "./serve.ts";

const key = createPrivateKey(signingKey);
const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const header = encode({ typ: "JWT", alg: "RS256", kid: "the only one" });
// As long as the other claims in the platform's tokens.
const further = "x".repeat(820);

function tokenFor(clientId: string | null): string {
  const iat = Math.floor(Date.now() / 1_000);
  const jti = randomBytes(16).toString("base64url");
  const input = `${header}.${encode({ sub: clientId, iat, exp: iat + 3_600, jti, further })}`;
  // On this thread: handing the work to another one would cost more.
  return `${input}.${sign("sha256", Buffer.from(input), key).toString("base64url")}`;
}

const server = createServer((request, response) => {
  let text = "";
  request.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  request.on("end", () => {
    const form = new URLSearchParams(text);
    const body = JSON.stringify({
      token_type: "Bearer",
      expires_in: 3_600,
      access_token: tokenFor(form.get("client_id")),
    });
    response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
    response.end(body);
  });
});
const port = await listenPlainly(server);
const form = "grant_type=client_credentials&client_id=11111111-2222-4333-8444-555555555555";
report({
  port,
  host: `localhost:${port}`,
  path: "/token",
  form: `${form}&client_secret=a+secret+of+the+usual+length%3A+40+letters&scope=https%3A%2F%2Fapi.example%2F.default`,
});
