import type { Claims } from "../../core/jwt.ts";
import { type Random, randomBase64url } from "../../core/random.ts";
import type { Application } from "../../directory/applications/applicationProperties.ts";
import type { ServicePrincipal } from "../../directory/servicePrincipals/servicePrincipals.ts";
import type { Tenant } from "../../directory/tenants/tenants.ts";
import { type AccessTokenProfile, accessTokenProfile, type ClaimRow, claimTable, profiles } from "./claimTable.ts";
import { type ClientProof, opaqueData, proofLevel, routingHint, uniqueTokenId } from "./claimValues.ts";

/** The input for the claims of an app-only token. */
export interface AppTokenSubject {
  readonly version: 1 | 2;
  readonly issuer: string;
  readonly tenant: Tenant;
  /** Absent for a managed identity. */
  readonly application?: Application | undefined;
  /** The Azure resource of a managed identity. */
  readonly managedResourceId?: string | undefined;
  readonly client: ServicePrincipal;
  readonly resource: ServicePrincipal;
  /** The resource as requested. */
  readonly resourceName: string;
  readonly proof: ClientProof;
  readonly roles: readonly string[];
  readonly directoryRoleTemplateIds: readonly string[];
  readonly issuedSeconds: number;
  readonly expiresSeconds: number;
  /** The client declared that it can handle claims challenges (`cp1`), and the API sends them. */
  readonly isContinuouslyEvaluated: boolean;
  readonly random: Random;
}

/** Every app-only token for Graph contains this role id; it means "an application" and is not a directory role. */
const applicationMarker = "0997a1d0-0d1d-4acb-b408-d5ca73121e90";

const { all, version1, version2, microsoft, graph } = profiles;

/**
 * The claims in the order of real tokens (decoded public samples of 2025-12 to 2026-04; version 1 tokens for other APIs
 * follow from documentation and knowledge). The `xms_` pairs and texts are opaque and only have the form of the real
 * ones.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
 */
const rows: readonly ClaimRow<AppTokenSubject, AccessTokenProfile>[] = [
  { name: "aud", profiles: version1, value: (subject) => subject.resourceName },
  { name: "aud", profiles: version2, value: (subject) => subject.resource.appId },
  { name: "iss", profiles: all, value: (subject) => subject.issuer },
  { name: "iat", profiles: all, value: (subject) => subject.issuedSeconds },
  { name: "nbf", profiles: all, value: (subject) => subject.issuedSeconds },
  { name: "exp", profiles: all, value: (subject) => subject.expiresSeconds },
  { name: "aio", profiles: all, value: ({ random }) => opaqueData(random) },
  { name: "app_displayname", profiles: graph, value: ({ client }) => client.displayName },
  { name: "appid", profiles: version1, value: ({ client }) => client.appId },
  { name: "appidacr", profiles: version1, value: proofLevel },
  { name: "azp", profiles: version2, value: ({ client }) => client.appId },
  { name: "azpacr", profiles: version2, value: proofLevel },
  { name: "idp", profiles: version1, value: ({ issuer }) => issuer },
  { name: "idtyp", profiles: microsoft, value: () => "app" },
  { name: "oid", profiles: all, value: ({ client }) => client.id },
  {
    name: "rh",
    profiles: all,
    value: ({ tenant, resource, random }) => routingHint(tenant.id, resource.appId, random),
  },
  // Entra: without any consented role the token is still issued, and the claim is absent.
  {
    name: "roles",
    profiles: ["graph", "api1", "api2"],
    value: ({ roles }) => (roles.length === 0 ? undefined : roles),
  },
  { name: "sub", profiles: all, value: ({ client }) => client.id },
  { name: "tenant_region_scope", profiles: graph, value: ({ tenant }) => tenant.profile.regionScope },
  { name: "tid", profiles: all, value: ({ tenant }) => tenant.id },
  { name: "uti", profiles: all, value: ({ random }) => uniqueTokenId(random) },
  { name: "ver", profiles: all, value: ({ version }) => `${version}.0` },
  { name: "wids", profiles: graph, value: (subject) => [...subject.directoryRoleTemplateIds, applicationMarker] },
  {
    name: "xms_acd",
    profiles: microsoft,
    value: ({ application }) =>
      application === undefined ? undefined : Math.floor(Date.parse(application.createdDateTime) / 1000),
  },
  { name: "xms_act_fct", profiles: microsoft, value: () => "3 9" },
  { name: "xms_cc", profiles: microsoft, value: (subject) => (subject.isContinuouslyEvaluated ? ["cp1"] : undefined) },
  { name: "xms_ftd", profiles: all, value: ({ random }) => randomBase64url(random, 33) },
  { name: "xms_idrel", profiles: microsoft, value: () => "7 28" },
  { name: "xms_mirid", profiles: all, value: (subject) => subject.managedResourceId },
  { name: "xms_rd", profiles: microsoft, value: ({ random }) => `0.42${randomBase64url(random, 24)}` },
  { name: "xms_sub_fct", profiles: microsoft, value: () => "9 3" },
  { name: "xms_tcdt", profiles: microsoft, value: ({ tenant }) => Math.floor(tenant.createdMs / 1000) },
  {
    name: "xms_tdbr",
    profiles: microsoft,
    value: ({ tenant }) => (tenant.profile.regionScope === "EU" ? "EU" : undefined),
  },
  { name: "xms_tnt_fct", profiles: microsoft, value: () => "3 8" },
];

const claimsOf = claimTable(rows);

export function appOnlyClaims(subject: AppTokenSubject): Claims {
  return claimsOf(accessTokenProfile(subject.resource, subject.version), subject);
}
