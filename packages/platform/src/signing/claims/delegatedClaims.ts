import type { Claims } from "../../core/jwt.ts";
import { randomBase64url } from "../../core/random.ts";
import type { Application } from "../../directory/applications/applicationProperties.ts";
import type { ServicePrincipal } from "../../directory/servicePrincipals/servicePrincipals.ts";
import { type AccessTokenProfile, accessTokenProfile, type ClaimRow, claimTable, profiles } from "./claimTable.ts";
import {
  type ClientProof,
  directoryRoleIds,
  loopbackAddress,
  opaqueData,
  pairwiseSubject,
  proofLevel,
  routingHint,
  type UserTokenSubject,
  uniqueTokenId,
  userRoles,
  withFurtherClaims,
} from "./claimValues.ts";
import { groupClaims } from "./groupClaims.ts";
import { optionalClaims, registeredClaims } from "./optionalClaims.ts";

/** The input for the claims of a user's access token. */
export interface DelegatedTokenSubject extends UserTokenSubject {
  readonly version: 1 | 2;
  readonly resource: ServicePrincipal;
  /** The application of the resource; absent if it is registered outside this directory. */
  readonly registration: Application | undefined;
  /** The resource as requested. */
  readonly resourceName: string;
  readonly proof: ClientProof;
  readonly scopes: readonly string[];
  /** The client declared that it can handle claims challenges (`cp1`), and the API sends them. */
  readonly isContinuouslyEvaluated: boolean;
}

type Row = ClaimRow<DelegatedTokenSubject, AccessTokenProfile>;

const { all, version1, version2, microsoft, graph } = profiles;

/**
 * The claims in the order of real tokens (decoded public samples of 2026 for Graph and custom APIs; Azure Resource
 * Manager from knowledge). The `xms_` pairs and texts are opaque and only have the form of the real ones.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
 */
const rows: readonly Row[] = [
  { name: "aud", profiles: version1, value: ({ resourceName }) => resourceName },
  { name: "aud", profiles: version2, value: ({ resource }) => resource.appId },
  { name: "iss", profiles: all, value: ({ issuer }) => issuer },
  { name: "iat", profiles: all, value: ({ issuedSeconds }) => issuedSeconds },
  { name: "nbf", profiles: all, value: ({ issuedSeconds }) => issuedSeconds },
  { name: "exp", profiles: all, value: ({ expiresSeconds }) => expiresSeconds },
  { name: "acct", profiles: microsoft, value: ({ user }) => (user.userType === "Guest" ? 1 : 0) },
  { name: "acr", profiles: version1, value: () => "1" },
  { name: "acrs", profiles: microsoft, value: () => ["p1"] },
  { name: "aio", profiles: all, value: ({ context }) => opaqueData(context.random) },
  { name: "amr", profiles: version1, value: ({ authentication }) => authentication.methods },
  { name: "app_displayname", profiles: graph, value: ({ client }) => client.displayName },
  { name: "appid", profiles: version1, value: ({ client }) => client.appId },
  { name: "appidacr", profiles: version1, value: proofLevel },
  { name: "azp", profiles: version2, value: ({ client }) => client.appId },
  { name: "azpacr", profiles: version2, value: proofLevel },
  { name: "family_name", profiles: version1, value: ({ user }) => user.surname ?? undefined },
  { name: "given_name", profiles: version1, value: ({ user }) => user.givenName ?? undefined },
  { name: "idtyp", profiles: microsoft, value: () => "user" },
  { name: "ipaddr", profiles: version1, value: () => loopbackAddress },
  { name: "name", profiles: all, value: ({ user }) => user.displayName },
  { name: "oid", profiles: all, value: ({ user }) => user.id },
  { name: "platf", profiles: graph, value: () => "14" },
  { name: "preferred_username", profiles: version2, value: ({ user }) => user.userPrincipalName },
  {
    name: "puid",
    profiles: microsoft,
    value: ({ user }) => `1003200${user.id.replaceAll("-", "").slice(-9).toUpperCase()}`,
  },
  {
    name: "rh",
    profiles: all,
    value: ({ tenant, resource, context }) => routingHint(tenant.id, resource.appId, context.random),
  },
  {
    name: "roles",
    profiles: ["api1", "api2"],
    value: ({ context, resource, user }) => userRoles(context.directory, resource, user.id),
  },
  { name: "scp", profiles: all, value: ({ scopes }) => scopes.join(" ") },
  { name: "sid", profiles: all, value: ({ authentication }) => authentication.sid },
  {
    name: "sub",
    profiles: all,
    value: ({ context, resource, user }) => pairwiseSubject(context.directory, resource.appId, user.id),
  },
  { name: "tenant_region_scope", profiles: graph, value: ({ tenant }) => tenant.profile.regionScope },
  { name: "tid", profiles: all, value: ({ tenant }) => tenant.id },
  { name: "unique_name", profiles: version1, value: ({ user }) => user.userPrincipalName },
  { name: "upn", profiles: version1, value: ({ user }) => user.userPrincipalName },
  { name: "uti", profiles: all, value: ({ context }) => uniqueTokenId(context.random) },
  { name: "ver", profiles: all, value: ({ version }) => `${version}.0` },
  { name: "wids", profiles: microsoft, value: directoryRoleIds },
  {
    name: "xms_acd",
    profiles: graph,
    value: ({ application }) => Math.floor(Date.parse(application.createdDateTime) / 1000),
  },
  { name: "xms_act_fct", profiles: microsoft, value: () => "3 9" },
  { name: "xms_cc", profiles: all, value: (subject) => (subject.isContinuouslyEvaluated ? ["cp1"] : undefined) },
  { name: "xms_ftd", profiles: all, value: ({ context }) => randomBase64url(context.random, 33) },
  { name: "xms_idrel", profiles: microsoft, value: () => "1 16" },
  { name: "xms_pftexp", profiles: graph, value: ({ expiresSeconds }) => expiresSeconds + 86_400 },
  {
    name: "xms_st",
    profiles: graph,
    value: ({ context, client, user }) => ({ sub: pairwiseSubject(context.directory, client.appId, user.id) }),
  },
  { name: "xms_sub_fct", profiles: microsoft, value: () => "3 8" },
  { name: "xms_tcdt", profiles: microsoft, value: ({ tenant }) => Math.floor(tenant.createdMs / 1000) },
  { name: "xms_tnt_fct", profiles: microsoft, value: () => "3 8" },
];

const claimsOf = claimTable(rows);

/** The claims of an access token, with the `requested` claims of the client and those of the API's registration. */
export function delegatedClaims(subject: DelegatedTokenSubject, requested: readonly string[]): Claims {
  const { registration, resource, version } = subject;
  const claims = claimsOf(accessTokenProfile(resource, version), subject);
  const registered = registration === undefined ? [] : registeredClaims(registration.optionalClaims, "accessToken");
  return withFurtherClaims(claims, {
    ...optionalClaims(subject, [...registered.map(({ name }) => name), ...requested]),
    ...(registration === undefined
      ? {}
      : groupClaims(subject, { registration, servicePrincipal: resource }, "accessToken")),
  });
}
