import type { Tenant } from "../directory/tenants.ts";
import type { PlatformContext } from "../platformContext.ts";
import { chooseIdentity } from "./chooseIdentity.ts";
import { issueToken } from "./issueToken.ts";
import type { IdentityAnswer, IdentityHost, IdentityRefusal, ManagedIdentitySource } from "./source.ts";

export interface IdentityRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
}

/** A token, or the host's own error; both are in the event log. */
export async function answerIdentityRequest(
  context: PlatformContext,
  tenant: Tenant,
  source: ManagedIdentitySource,
  host: IdentityHost,
  request: IdentityRequest,
): Promise<IdentityAnswer> {
  const { method, url, headers } = request;
  const resource = url.searchParams.get("resource") ?? "";
  const event = { type: "token", method, path: url.pathname, tenantId: tenant.id, resource } as const;

  function refused(refusal: IdentityRefusal, why: string): IdentityAnswer {
    const answer = source.refuse(context, refusal, host);
    context.events.record({ ...event, status: answer.status, why });
    return answer;
  }

  if (method !== "GET") {
    return refused({ kind: "refused", reason: "wrongMethod" }, `${source.name} answers GET only`);
  }
  if (!source.isProven(headers, host)) {
    return refused(
      { kind: "refused", reason: "noProof" },
      `the header that ${source.name} asks for is missing or wrong`,
    );
  }
  const version = url.searchParams.get("api-version") ?? "";
  if (!source.apiVersions.includes(version)) {
    const why = `api-version is missing or unknown; ${source.name} has ${source.apiVersions.join(", ")}`;
    return refused({ kind: "refused", reason: "badVersion", version }, why);
  }
  if (resource === "") {
    return refused({ kind: "refused", reason: "noResource" }, "the query has no resource={identifier URI of the API}");
  }
  const choice = chooseIdentity(context, tenant, source, host, url.searchParams);
  if (choice.kind !== "identity") {
    return refused(choice, whyNoIdentity[choice.kind]);
  }
  const issued = await issueToken(context, tenant, choice.identity, resource);
  if (issued.kind === "refused") {
    return refused({ kind: "tokenRefused", refusal: issued }, issued.why);
  }
  const { displayName } = choice.identity;
  const why = `token for the managed identity ${displayName} with roles ${issued.permissions.join(", ") || "none"}`;
  context.events.record({ ...event, status: 200, clientId: issued.clientId, permissions: issued.permissions, why });
  return { status: 200, body: source.answer(issued) };
}

const whyNoIdentity = {
  notFound: "the tenant has no such managed identity; add it with directory.registerManagedIdentity",
  ambiguous: "there are several identities to choose from; name one by client id, object id or resource id",
  severalNamed: "the request names an identity in several ways; name it once",
};
