// A web API for users and for daemons; for its users it calls Microsoft Graph (on-behalf-of):
// CLIENT_SECRET=… node webApi.ts <client id> <tenant id> [port]
// Its registration exposes the scope Profile.Read and the app role Orders.Read.All, and accepts access tokens of version 2.
import { createServer, type IncomingMessage } from "node:http";
import { ConfidentialClientApplication, clientSecret, InteractionRequiredError } from "@latchkey/client";
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from "jose";

/** The caller, and its token. */
interface Caller {
  readonly token: string;
  readonly claims: JWTPayload;
}

/** An error response. */
class Refusal extends Error {
  readonly status: number;
  /** What the caller can do about it. @see RFC 6750 section 3 */
  readonly challenge: string;

  constructor(status: number, challenge: string) {
    super(challenge);
    this.status = status;
    this.challenge = challenge;
  }
}

const [, , clientId = "", tenantId = "", port = "4000"] = process.argv;
const authority = `https://login.microsoftonline.com/${tenantId}`;
const keys = createRemoteJWKSet(new URL(`${authority}/discovery/v2.0/keys`));

const app = new ConfidentialClientApplication({
  clientId,
  authority,
  clientCredential: clientSecret(process.env["CLIENT_SECRET"] ?? ""),
});

const routes: Readonly<Record<string, (caller: Caller) => unknown>> = {
  async "GET /me"(caller) {
    requireOne(caller, "scp", "Profile.Read");
    const accessToken = await graphToken(caller.token);
    const me = await fetch("https://graph.microsoft.com/v1.0/me?$select=displayName,jobTitle", {
      headers: { authorization: `Bearer ${accessToken}` },
    });
    return me.json();
  },

  "GET /orders"(caller) {
    requireOne(caller, "roles", "Orders.Read.All");
    return { caller: caller.claims["azp"], orders: [{ id: 1, article: "latch" }] };
  },
};

/** The caller, if its token is valid, from this tenant and for this API. */
async function callerOf({ headers }: IncomingMessage): Promise<Caller> {
  const token = /^Bearer (.+)$/i.exec(headers.authorization ?? "")?.[1];
  if (token === undefined) {
    throw new Refusal(401, `Bearer authorization_uri="${authority}/oauth2/v2.0/authorize"`);
  }
  try {
    const expected = { issuer: `${authority}/v2.0`, audience: clientId, algorithms: ["RS256"] };
    return { token, claims: (await jwtVerify(token, keys, expected)).payload };
  } catch (error) {
    if (!(error instanceof errors.JOSEError)) {
      throw error;
    }
    throw new Refusal(401, `Bearer error="invalid_token", error_description="${error.code}"`);
  }
}

/** A user's token has scopes in one string, an application's has a list of roles. */
function requireOne({ claims }: Caller, kind: "scp" | "roles", value: string): void {
  const given = claims[kind];
  const values = typeof given === "string" ? given.split(" ") : given;
  if (Array.isArray(values) && values.includes(value)) {
    return;
  }
  throw new Refusal(403, `Bearer error="insufficient_scope", scope="${value}"`);
}

/** Gets a token for Graph on behalf of the user whose token this is. */
async function graphToken(oboAssertion: string): Promise<string> {
  try {
    const scopes = ["https://graph.microsoft.com/.default"];
    return (await app.acquireTokenOnBehalfOf({ scopes, oboAssertion })).accessToken;
  } catch (error) {
    if (!(error instanceof InteractionRequiredError)) {
      throw error;
    }
    // Only the caller can ask its user: the response contains the claims for that.
    const claims = error.claims === undefined ? "" : `, claims="${btoa(error.claims)}"`;
    throw new Refusal(401, `Bearer error="insufficient_claims"${claims}`);
  }
}

async function answerTo(request: IncomingMessage): Promise<unknown> {
  const { pathname } = new URL(request.url ?? "/", "http://localhost");
  const route = routes[`${request.method} ${pathname}`];
  if (route === undefined) {
    throw new Refusal(404, "");
  }
  return route(await callerOf(request));
}

const server = createServer((request, response) => {
  answerTo(request).then(
    (result) => response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(result)),
    (error: unknown) => {
      if (!(error instanceof Refusal)) {
        console.error(error);
      }
      const { status, challenge } = error instanceof Refusal ? error : { status: 500, challenge: "" };
      response.writeHead(status, challenge === "" ? {} : { "www-authenticate": challenge }).end();
    },
  );
});
server.listen(Number(port), "localhost", () => console.log(`http://localhost:${port}`));
