import { decodeJson } from "../../core/jwt.ts";
import type { Directory } from "../../directory/directory.ts";
import type { PlainRequest } from "../../http/plainHttp.ts";
import { firstName, openRouter, type PathRules, readPath } from "../../http/router.ts";
import { resolveTenant } from "../../tokenService/tenantSegment.ts";
import { readBasicCredentials, readForm } from "../../tokenService/tokenRequest.ts";
import type { FaultEndpoint } from "./faultRule.ts";

/** What a request claims about itself. None of it is verified: faults come before all checks. */
export interface RequestFacts {
  readonly method: string;
  readonly path: string;
  readonly endpoint: FaultEndpoint | undefined;
  readonly clientId: string | undefined;
  /** The tenant's id, or `common`, `organizations` or `consumers`, or else the path's first segment. */
  readonly tenantId: string | undefined;
  readonly grantType: string | undefined;
  /** The form, for the placeholders of error texts. */
  readonly form: ReadonlyMap<string, string>;
}

const oauthPaths = (name: string): readonly string[] => [
  `/{tenant}/oauth2/v2.0/${name}`,
  `/{tenant}/oauth2/${name}`,
  `/{tenant}/{policy}/oauth2/v2.0/${name}`,
];
const discoveryPath = ".well-known/openid-configuration";

const paths: Partial<Record<FaultEndpoint, readonly string[]>> = {
  token: oauthPaths("token"),
  authorize: oauthPaths("authorize"),
  deviceCode: oauthPaths("devicecode"),
  logout: oauthPaths("logout"),
  adminConsent: ["/{tenant}/v2.0/adminconsent", "/{tenant}/adminconsent"],
  userInfo: ["/oidc/userinfo", "/{tenant}/openid/userinfo"],
  userRealm: ["/{tenant}/userrealm", "/{tenant}/userrealm/{user}"],
  discovery: [
    `/{tenant}/v2.0/${discoveryPath}`,
    `/{tenant}/${discoveryPath}`,
    `/{tenant}/{policy}/v2.0/${discoveryPath}`,
  ],
  instanceDiscovery: ["/common/discovery/instance"],
  keys: ["/{tenant}/discovery/v2.0/keys", "/{tenant}/discovery/keys", "/{tenant}/{policy}/discovery/v2.0/keys"],
};

const router = openRouter(
  Object.entries(paths).flatMap(([endpoint, list]) =>
    list.map((path) => ({ method: "ALL", path, endpoint: endpoint as FaultEndpoint })),
  ),
  (part) => part.toLowerCase(),
);

/** Graph and Resource Manager answer every path that begins with one of these segments. */
const endpointOfSegment: ReadonlyMap<string, FaultEndpoint> = new Map([
  ["v1.0", "graph"],
  ["beta", "graph"],
  ["subscriptions", "arm"],
  ["tenants", "arm"],
]);

const rules: PathRules = { ignoresCase: true, collapsesSlashes: false };

function endpointOf(path: string): FaultEndpoint | undefined {
  const found = router.find("ALL", readPath(path, rules));
  return endpointOfSegment.get(firstName(path, rules)) ?? (found.kind === "route" ? found.route.endpoint : undefined);
}

export async function readRequestFacts(directory: Directory, request: PlainRequest): Promise<RequestFacts> {
  const { path } = request;
  const query = new URL(request.url).searchParams;
  const endpoint = endpointOf(path);
  const form = request.method === "POST" ? await readForm(request) : new Map<string, string>();
  const bearer = bearerClaims(request);
  const stringClaim = (name: string): string | undefined => {
    const value = bearer?.[name];
    return typeof value === "string" ? value : undefined;
  };
  const isTokenService = endpoint !== "graph" && endpoint !== "arm";
  return {
    method: request.method,
    path,
    endpoint,
    clientId: (
      form.get("client_id") ??
      readBasicCredentials(request)?.clientId ??
      query.get("client_id") ??
      stringClaim("appid") ??
      stringClaim("azp")
    )?.toLowerCase(),
    tenantId: isTokenService ? tenantIdOf(directory, firstName(path, rules)) : stringClaim("tid"),
    grantType: form.get("grant_type"),
    form,
  };
}

export function tenantIdOf(directory: Directory, segment: string): string {
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
