import { decodeJson } from "../../core/jwt.ts";
import type { Directory } from "../../directory/directory.ts";
import type { PlainRequest } from "../../http/plainHttp.ts";
import { resolveTenant } from "../../tokenService/tenantSegment.ts";
import { readBasicCredentials, readForm } from "../../tokenService/tokenRequest.ts";
import type { FaultEndpoint } from "./faultRule.ts";

/** What a request says about itself. Nothing of it is verified: a fault comes before all checks. */
export interface RequestFacts {
  readonly method: string;
  readonly path: string;
  readonly endpoint: FaultEndpoint | undefined;
  readonly clientId: string | undefined;
  /** The id, or the shared name, or the path's first segment when no such tenant exists. */
  readonly tenantId: string | undefined;
  readonly grantType: string | undefined;
  /** The form, for the slots of error texts. */
  readonly form: ReadonlyMap<string, string>;
}

/** In order: the first fitting row names the endpoint. */
const endpointPaths: readonly (readonly [FaultEndpoint, RegExp])[] = [
  ["graph", /^\/(v1\.0|beta)(\/|$)/i],
  ["arm", /^\/(subscriptions|tenants)(\/|$)/i],
  ["instanceDiscovery", /^\/common\/discovery\/instance$/i],
  ["discovery", /\/\.well-known\/openid-configuration$/i],
  ["keys", /\/discovery(\/v2\.0)?\/keys$/i],
  ["token", /\/oauth2(\/v2\.0)?\/token\/?$/i],
  ["authorize", /\/oauth2(\/v2\.0)?\/authorize$/i],
  ["deviceCode", /\/oauth2(\/v2\.0)?\/devicecode$/i],
  ["logout", /\/oauth2(\/v2\.0)?\/logout$/i],
  ["adminConsent", /\/adminconsent$/i],
  ["userInfo", /\/(oidc\/userinfo|openid\/userinfo)$/i],
  ["userRealm", /\/userrealm(\/|$)/i],
];

export async function readRequestFacts(directory: Directory, request: PlainRequest): Promise<RequestFacts> {
  const { path } = request;
  const query = new URL(request.url).searchParams;
  const endpoint = endpointPaths.find(([, pattern]) => pattern.test(path))?.[0];
  const form = request.method === "POST" ? await readForm(request) : new Map<string, string>();
  const bearer = bearerClaims(request);
  const ofToken = (name: string): string | undefined => {
    const value = bearer?.[name];
    return typeof value === "string" ? value : undefined;
  };
  const isSts = endpoint !== "graph" && endpoint !== "arm";
  return {
    method: request.method,
    path,
    endpoint,
    clientId: (
      form.get("client_id") ??
      readBasicCredentials(request)?.clientId ??
      query.get("client_id") ??
      ofToken("appid") ??
      ofToken("azp")
    )?.toLowerCase(),
    tenantId: isSts ? tenantOf(directory, path.split("/")[1] ?? "") : ofToken("tid"),
    grantType: form.get("grant_type"),
    form,
  };
}

export function tenantOf(directory: Directory, segment: string): string {
  const resolved = resolveTenant(directory, segment);
  switch (resolved.kind) {
    case "tenant":
      return resolved.tenant.id;
    case "alias":
      return resolved.alias;
    default:
      return segment.toLowerCase();
  }
}

function bearerClaims(request: PlainRequest): { readonly [name: string]: unknown } | undefined {
  const token = /^Bearer +(\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  return token === undefined ? undefined : decodeJson(token.split(".")[1] ?? "");
}
