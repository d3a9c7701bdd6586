import { getUser, type User } from "../../directory/users/users.ts";
import type { Endpoint } from "../../http/endpoint.ts";
import { jsonResponse, type PlainRequest, type PlainResponse } from "../../http/plainHttp.ts";
import { pairwiseSubject } from "../../signing/claims/claimValues.ts";
import type { GraphContext } from "../context.ts";
import { authenticate, type Caller } from "../request/caller.ts";
import { GraphError } from "../request/graphErrors/graphError.ts";
import { plainError, preflight, responseIds } from "../request/responses.ts";

const userInfoPath = "/oidc/userinfo";

/** OpenID Connect's UserInfo endpoint, on Graph's host. */
export const userInfoEndpoints: readonly Endpoint<GraphContext>[] = [
  { method: "OPTIONS", path: userInfoPath, handle: preflight },
  { method: "GET", path: userInfoPath, handle: answerUserInfo },
  { method: "POST", path: userInfoPath, handle: answerUserInfo },
];

/** In version 1 the endpoint is on the token service's own host. */
export const userInfoVersion1: Endpoint<GraphContext> = {
  method: "ALL",
  path: "/{tenant}/openid/userinfo",
  handle: answerUserInfo,
};

/** Accepts a token for Graph with the scope openid. @see OpenID Connect Core 1.0 section 5.3 */
async function answerUserInfo(context: GraphContext, request: PlainRequest): Promise<PlainResponse> {
  const ids = responseIds(context, request);
  const { method, path, origin } = request;
  const event = { type: "graph", method, path } as const;
  try {
    const caller = await authenticate(context, request.headers.get("authorization"));
    const user = userOf(context, caller);
    const why = `the claims of ${user.userPrincipalName}`;
    context.events.record({ ...event, status: 200, why, userId: user.id, clientId: caller.clientId });
    const sub = pairwiseSubject(context.directory, caller.clientId, user.id);
    return jsonResponse(200, claimsOf(user, sub), { "access-control-allow-origin": "*" });
  } catch (error) {
    if (!(error instanceof GraphError)) {
      throw error;
    }
    context.events.record({ ...event, status: error.status, why: `${error.status}: ${error.reason}` });
    return plainError(error, ids, 1, origin);
  }
}

function userOf({ directory }: GraphContext, { kind, objectId, permissions }: Caller): User {
  if (kind !== "user" || !permissions.includes("openid")) {
    const reason = "userinfo requires a user's token with the scope openid";
    throw new GraphError("denied", {}, { reason });
  }
  const user = getUser(directory, objectId);
  if (user === undefined) {
    throw new GraphError("denied", {}, { reason: "the token's user has been deleted" });
  }
  return user;
}

/** Entra: no `oid` and no `preferred_username`. `sub` is the same as in the client's ID tokens. */
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
