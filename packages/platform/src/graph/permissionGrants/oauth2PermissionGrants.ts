import type { Json } from "../../directory/applications/applicationProperties.ts";
import {
  addPermissionGrant,
  getPermissionGrant,
  listPermissionGrants,
  listPermissionGrantsOfUser,
  listTenantPermissionGrants,
  type OAuth2PermissionGrant,
  removePermissionGrant,
  setGrantedScope,
} from "../../directory/permissionGrants/permissionGrants.ts";
import { getServicePrincipal } from "../../directory/servicePrincipals/servicePrincipals.ts";
import { getUser } from "../../directory/users/users.ts";
import { applicationPermissions } from "../applications/applicationPermissions.ts";
import {
  type BodyRules,
  checkBody,
  isAnything,
  isGuidText,
  isOneOf,
  isText,
  requireProperties,
} from "../collection/bodyRules.ts";
import { answerCollection, answerEntity } from "../collection/collection.ts";
import type { EntityType, Property } from "../collection/entityType.ts";
import { listSource } from "../collection/listSource.ts";
import { metadataUrl, showItem } from "../collection/responseBody.ts";
import { GraphError } from "../request/graphErrors/graphError.ts";
import type { GraphRequest, GraphResponse, GraphRoute } from "../request/route.ts";
import { resolveServicePrincipal } from "../servicePrincipals/resolveServicePrincipal.ts";
import { resolveSignedInUser, resolveUser } from "../users/resolveUser.ts";

const text: Property = { type: "String", filter: ["eq"] };

/** @see https://learn.microsoft.com/graph/api/resources/oauth2permissiongrant */
export const grantType: EntityType<OAuth2PermissionGrant> = {
  name: "oAuth2PermissionGrant",
  resource: "OAuth2PermissionGrant",
  set: "oauth2PermissionGrants",
  properties: {
    clientId: text,
    consentType: text,
    id: { type: "String" },
    principalId: { ...text, advancedFilter: ["null"] },
    resourceId: text,
    scope: { type: "String", filter: ["eq", "startswith"] },
  },
  defaults: ["clientId", "consentType", "id", "principalId", "resourceId", "scope"],
  id: (grant) => grant.id,
  value: (grant, property): Json => Reflect.get(grant, property) ?? null,
};

const updatable: BodyRules = { scope: isText(4096) };
const creatable: BodyRules = {
  ...updatable,
  clientId: isGuidText,
  consentType: isOneOf("AllPrincipals", "Principal"),
  principalId: (value) => value === null || isGuidText(value),
  resourceId: isGuidText,
  // Properties of beta: accepted without effect, as in the real service.
  startTime: isAnything,
  expiryTime: isAnything,
};

const read = applicationPermissions["GET /oauth2PermissionGrants"];
const write = applicationPermissions["POST /oauth2PermissionGrants"];

const grantHolders: readonly {
  readonly path: string;
  readonly find: (request: GraphRequest) => { readonly id: string };
  readonly list: typeof listPermissionGrants;
}[] = [
  { path: "/servicePrincipals/{key}", find: resolveServicePrincipal, list: listPermissionGrants },
  { path: "/users/{key}", find: resolveUser, list: listPermissionGrantsOfUser },
  { path: "/me", find: resolveSignedInUser, list: listPermissionGrantsOfUser },
];

export const oauth2PermissionGrantRoutes: readonly GraphRoute[] = [
  {
    method: "GET",
    path: "/oauth2PermissionGrants",
    permissions: read,
    cost: 2,
    handle: (request) =>
      answerCollection(
        request,
        grantType,
        listSource(listTenantPermissionGrants(request.directory, request.tenant.id), grantType),
      ),
  },
  { method: "POST", path: "/oauth2PermissionGrants", permissions: write, handle: addGrant },
  {
    method: "GET",
    path: "/oauth2PermissionGrants/{key}",
    permissions: read,
    cost: 2,
    handle: (request) => answerEntity(request, grantType, resolveGrant(request)),
  },
  {
    method: "PATCH",
    path: "/oauth2PermissionGrants/{key}",
    permissions: write,
    handle(request) {
      const grant = resolveGrant(request);
      checkBody(request.body, grantType.resource, updatable);
      setGrantedScope(request.directory, grant.id, String(request.body["scope"] ?? grant.scope));
      return { kind: "empty" };
    },
  },
  {
    method: "DELETE",
    path: "/oauth2PermissionGrants/{key}",
    permissions: write,
    handle(request) {
      const grant = resolveGrant(request);
      removePermissionGrant(request.directory, grant.id);
      return { kind: "empty" };
    },
  },
  ...grantHolders.map(
    ({ path, find, list }): GraphRoute => ({
      method: "GET",
      path: `${path}/oauth2PermissionGrants`,
      permissions: read,
      handle: (request) =>
        answerCollection(request, grantType, listSource(list(request.directory, find(request).id), grantType)),
    }),
  ),
];

function addGrant(request: GraphRequest): GraphResponse {
  const { directory, tenant, body } = request;
  requireProperties(body, grantType.resource, ["clientId", "consentType", "resourceId"]);
  checkBody(body, grantType.resource, creatable);
  const lower = (name: string): string => String(body[name]).toLowerCase();
  const [clientId, resourceId] = [lower("clientId"), lower("resourceId")];
  const isForOneUser = body["consentType"] === "Principal";
  const principalId = isForOneUser ? lower("principalId") : undefined;
  if (isForOneUser !== isGuidText(body["principalId"] ?? null)) {
    throw new GraphError("invalidValue", { property: "principalId", resource: grantType.resource });
  }
  const unknown = [clientId, resourceId].find((id) => getServicePrincipal(directory, id)?.tenantId !== tenant.id);
  const isUnknownUser = principalId !== undefined && getUser(directory, principalId)?.tenantId !== tenant.id;
  if (unknown !== undefined || isUnknownUser) {
    const id = unknown ?? principalId ?? "";
    throw new GraphError(
      "notFound",
      { id },
      { reason: `the tenant has no ${isUnknownUser ? "user" : "service principal"} ${id}` },
    );
  }
  const scope = String(body["scope"] ?? "");
  const grant = addPermissionGrant(directory, { clientId, resourceId, principalId, scope });
  if (grant === undefined) {
    throw new GraphError("permissionEntryExists", {});
  }
  return {
    kind: "json",
    status: 201,
    location: `${request.origin}/v2/${tenant.id}/oauth2PermissionGrants/${grant.id}`,
    body: {
      "@odata.context": `${metadataUrl(request)}oauth2PermissionGrants/$entity`,
      ...showItem(request, grantType, grant),
    },
  };
}

function resolveGrant({ directory, tenant, keys }: GraphRequest): OAuth2PermissionGrant {
  const id = keys[0]?.value ?? "";
  const grant = getPermissionGrant(directory, id);
  if (grant === undefined || getServicePrincipal(directory, grant.clientId)?.tenantId !== tenant.id) {
    throw new GraphError("notFound", { id }, { reason: `the tenant has no delegated permission grant ${id}` });
  }
  return grant;
}
