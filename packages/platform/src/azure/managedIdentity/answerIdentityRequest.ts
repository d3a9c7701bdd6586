import { refusalOf } from "../../aadsts/aadsts.ts";
import { chooseIdentity } from "./chooseIdentity.ts";
import type { IdentityEndpoint, IdentityRequest } from "./identityEndpoint.ts";
import { type IssuedToken, issueToken, issueUserToken } from "./issueToken.ts";
import type { IdentityRefusal, IdentityResponse } from "./sources/source.ts";

/** Returns a token, or an error in the host's format. Both are recorded in the event log. */
export async function answerIdentityRequest(
  endpoint: IdentityEndpoint,
  { method, url, headers, parameters }: IdentityRequest,
): Promise<IdentityResponse> {
  const { context, tenant, source, host } = endpoint;
  const resource = parameters.get("resource") ?? "";
  const event = { type: "token", method, path: url.pathname, tenantId: tenant.id, resource } as const;

  function refuse(refusal: IdentityRefusal, why: string): IdentityResponse {
    const response = source.refuse(context, refusal, host);
    context.events.record({ ...event, status: response.status, why });
    return response;
  }

  async function respond(issuing: Promise<IssuedToken>): Promise<IdentityResponse> {
    try {
      const issued = await issuing;
      const { clientId, userId, permissions, why } = issued;
      context.events.record({ ...event, status: 200, clientId, userId, permissions, why });
      return { status: 200, body: source.answer(issued) };
    } catch (error) {
      const refusal = refusalOf(error);
      return refuse({ kind: "tokenRefused", refusal }, refusal.why);
    }
  }

  const allowedMethod = source.usesForm ? "POST" : "GET";
  if (method !== allowedMethod) {
    return refuse({ kind: "refused", reason: "wrongMethod" }, `${source.name} accepts only ${allowedMethod} only`);
  }
  if (!source.isFromHost(headers, host)) {
    return refuse(
      { kind: "refused", reason: "noProof" },
      `the header that ${source.name} requires is missing or wrong`,
    );
  }
  const version = parameters.get("api-version") ?? "";
  if (source.apiVersions?.includes(version) === false) {
    const why = `api-version is missing or unsupported; ${source.name} supports ${source.apiVersions.join(", ")}`;
    return refuse({ kind: "refused", reason: "badVersion", version }, why);
  }
  if (resource === "") {
    return refuse(
      { kind: "refused", reason: "noResource" },
      "the request has no resource parameter; set it to the identifier URI of an API",
    );
  }
  const unsupported = source.refuseResource?.(resource);
  if (unsupported !== undefined) {
    const why = `${source.name} issues no tokens for ${resource}, nor does the real host; the response lists the supported APIs`;
    context.events.record({ ...event, status: unsupported.status, why });
    return unsupported;
  }
  if (host.signIn !== undefined) {
    return respond(issueUserToken(context, tenant, host.signIn, resource));
  }
  const choice = chooseIdentity(context, tenant, source, host, parameters);
  return choice.kind === "identity"
    ? respond(issueToken(context, tenant, choice.identity, resource))
    : refuse(choice, noIdentityReasons[choice.kind]);
}

const noIdentityReasons = {
  notFound: "the tenant has no such managed identity; add it with directory.registerManagedIdentity",
  ambiguous: "there are several identities; name one by client id, object id or resource id",
  severalNamed: "the request names an identity in several ways; use one of them",
};
