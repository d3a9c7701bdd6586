import { refusalOf } from "../../aadsts/aadsts.ts";
import { chooseIdentity } from "./chooseIdentity.ts";
import type { IdentityEndpoint, IdentityRequest } from "./identityEndpoint.ts";
import { type IssuedToken, issueToken, issueUserToken } from "./issueToken.ts";
import type { IdentityRefusal, IdentityResponse } from "./sources/source.ts";

/** A token, or the host's own error; both are in the event log. */
export async function answerIdentityRequest(
  endpoint: IdentityEndpoint,
  { method, url, headers, parameters }: IdentityRequest,
): Promise<IdentityResponse> {
  const { context, tenant, source, host } = endpoint;
  const resource = parameters.get("resource") ?? "";
  const event = { type: "token", method, path: url.pathname, tenantId: tenant.id, resource } as const;

  function refused(refusal: IdentityRefusal, why: string): IdentityResponse {
    const response = source.refuse(context, refusal, host);
    context.events.record({ ...event, status: response.status, why });
    return response;
  }

  async function answered(issuing: Promise<IssuedToken>): Promise<IdentityResponse> {
    try {
      const issued = await issuing;
      const { clientId, userId, permissions, why } = issued;
      context.events.record({ ...event, status: 200, clientId, userId, permissions, why });
      return { status: 200, body: source.answer(issued) };
    } catch (error) {
      const refusal = refusalOf(error);
      return refused({ kind: "tokenRefused", refusal }, refusal.why);
    }
  }

  const rightMethod = source.isForm ? "POST" : "GET";
  if (method !== rightMethod) {
    return refused({ kind: "refused", reason: "wrongMethod" }, `${source.name} answers ${rightMethod} only`);
  }
  if (!source.isProven(headers, host)) {
    return refused(
      { kind: "refused", reason: "noProof" },
      `the header that ${source.name} asks for is missing or wrong`,
    );
  }
  const version = parameters.get("api-version") ?? "";
  if (source.apiVersions?.includes(version) === false) {
    const why = `api-version is missing or unknown; ${source.name} has ${source.apiVersions.join(", ")}`;
    return refused({ kind: "refused", reason: "badVersion", version }, why);
  }
  if (resource === "") {
    return refused({ kind: "refused", reason: "noResource" }, "there is no resource={identifier URI of the API}");
  }
  const unsupported = source.refuseResource?.(resource);
  if (unsupported !== undefined) {
    const why = `${source.name} gives no tokens for ${resource}, as the real host does not; the answer lists the APIs it has`;
    context.events.record({ ...event, status: unsupported.status, why });
    return unsupported;
  }
  if (host.signIn !== undefined) {
    return answered(issueUserToken(context, tenant, host.signIn, resource));
  }
  const choice = chooseIdentity(context, tenant, source, host, parameters);
  return choice.kind === "identity"
    ? answered(issueToken(context, tenant, choice.identity, resource))
    : refused(choice, whyNoIdentity[choice.kind]);
}

const whyNoIdentity = {
  notFound: "the tenant has no such managed identity; add it with directory.registerManagedIdentity",
  ambiguous: "there are several identities to choose from; name one by client id, object id or resource id",
  severalNamed: "the request names an identity in several ways; name it once",
};
