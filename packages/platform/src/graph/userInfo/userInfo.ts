import { Hono } from "hono";
import { getUser, type User } from "../../directory/users/users.ts";
import { responseOf, urlFor } from "../../http/plainHttp.ts";
import { pairwiseSubject } from "../../signing/claims/pairwiseSubject.ts";
import type { GraphContext } from "../context.ts";
import { preflight } from "../request/answer.ts";
import { authenticate, type Caller } from "../request/caller.ts";
import { type Fault, fault, isFault } from "../request/graphErrors/faults.ts";
import { answerIds, plainAnswer } from "../request/responses.ts";

/** OpenID Connect's endpoint for the claims of the signed-in user, on Graph's host. */
export function userInfoRoutes(context: GraphContext): Hono {
  const app = new Hono();
  app.options("/userinfo", () => preflight());
  app.on(["GET", "POST"], "/userinfo", (c) => answerUserInfo(context, c.req.raw));
  return app;
}

/** Takes a token for Graph with openid. @see OpenID Connect Core 1.0 section 5.3 */
export async function answerUserInfo(context: GraphContext, request: Request): Promise<Response> {
  const ids = answerIds(context, request);
  const origin = urlFor(request);
  const { method } = request;
  const { pathname: path } = new URL(request.url);
  const caller = await authenticate(context, request.headers.get("authorization"));
  const user = isFault(caller) ? caller : userOf(context, caller);
  const event = { type: "graph", method, path } as const;
  if (isFault(user) || isFault(caller)) {
    const refused = isFault(caller) ? caller : (user as Fault);
    context.events.record({ ...event, status: refused.status, why: `${refused.status}: ${refused.why}` });
    return responseOf(plainAnswer(refused, ids, 1, origin));
  }
  const why = `the claims of ${user.userPrincipalName}`;
  context.events.record({ ...event, status: 200, why, userId: user.id, clientId: caller.clientId });
  const sub = pairwiseSubject(context.directory, caller.clientId, user.id);
  return Response.json(claimsOf(user, sub), { headers: { "Access-Control-Allow-Origin": "*" } });
}

function userOf({ directory }: GraphContext, { kind, objectId, permissions }: Caller): User | Fault {
  if (kind !== "user" || !permissions.includes("openid")) {
    return fault("denied", {}, { why: "userinfo needs a token in the name of a user with the scope openid" });
  }
  return getUser(directory, objectId) ?? fault("denied", {}, { why: "the token's user has been deleted" });
}

/** Entra: no `oid` and no `preferred_username`. The subject is the one in the client's ID tokens. */
function claimsOf({ displayName, surname, givenName, mail }: User, sub: string): object {
  return {
    "@odata.context": "https://substrate.office.com/profileB2/v2.0/me/$metadata#userinfo",
    sub,
    name: displayName,
    ...(surname === null ? {} : { family_name: surname }),
    ...(givenName === null ? {} : { given_name: givenName }),
    picture: "https://graph.microsoft.com/v1.0/me/photo/$value",
    ...(mail === null ? {} : { email: mail }),
  };
}
