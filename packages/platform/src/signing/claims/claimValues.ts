import { createHmac } from "node:crypto";
import { guidBytes } from "../../core/guid.ts";
import type { Claims } from "../../core/jwt.ts";
import { type Random, randomBase64url } from "../../core/random.ts";
import type { Application } from "../../directory/applications/applicationProperties.ts";
import type { Directory } from "../../directory/directory.ts";
import { roleTemplateIdsOf } from "../../directory/directoryRoles/directoryRoles.ts";
import type { Authentication } from "../../directory/issuedTokens/authentication.ts";
import { assignedRoleIds } from "../../directory/permissionGrants/assignedRoles.ts";
import type { ServicePrincipal } from "../../directory/servicePrincipals/servicePrincipals.ts";
import { tenantPolicy } from "../../directory/tenants/tenantPolicy.ts";
import { getSetting, type Tenant } from "../../directory/tenants/tenants.ts";
import { seedSecretSetting } from "../../directory/users/userPasswords.ts";
import type { User } from "../../directory/users/users.ts";
import type { SigningContext } from "../context.ts";

/** The input for the claims of a user's access and ID tokens. */
export interface UserTokenSubject {
  readonly context: SigningContext;
  readonly issuer: string;
  readonly tenant: Tenant;
  readonly user: User;
  readonly authentication: Authentication;
  readonly application: Application;
  readonly client: ServicePrincipal;
  readonly issuedSeconds: number;
  readonly expiresSeconds: number;
  /** The token is sent in the fragment of a URL, whose length is limited. Default false. */
  readonly isInFragment?: boolean | undefined;
}

/**
 * Adds claims. Times and issuer stay at the front; the rest is sorted by name, as in the real service. A further claim
 * that is `undefined` removes the one of that name.
 */
export function withFurtherClaims(claims: Record<string, unknown>, further: Claims): Claims {
  if (Object.keys(further).length === 0) {
    return claims;
  }
  const front = new Set(["aud", "iss", "iat", "nbf", "exp"]);
  const all = Object.entries({ ...claims, ...further }).filter(([, value]) => value !== undefined);
  const rest = all.filter(([name]) => !front.has(name)).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries([...all.filter(([name]) => front.has(name)), ...rest]);
}

/** The user's app roles on an application, including those of the user's groups. */
export function userRoles(
  directory: Directory,
  resource: ServicePrincipal,
  userId: string,
): readonly string[] | undefined {
  const roles = assignedRoleIds(directory, userId, resource.id).flatMap((id) => {
    const role = resource.appRoles.find((offered) => offered.id === id);
    return role?.isEnabled === true && role.value !== null ? [role.value] : [];
  });
  return roles.length === 0 ? undefined : roles;
}

/** Every member of a tenant has this role; no administrator assigns it. */
const memberRole = "b79fbf4d-3ef9-4689-8143-76b194e85509";

/** `wids`: the template ids of the user's directory roles. */
export function directoryRoleIds({ context, user }: UserTokenSubject): readonly string[] {
  return [...roleTemplateIdsOf(context.directory, user.id), memberRole];
}

/** How a client proved its identity. */
export type ClientProof = "none" | "secret" | "certificate";

/** `appidacr` and `azpacr` of an access token. */
export function proofLevel({ proof }: { readonly proof: ClientProof }): string {
  return { none: "0", secret: "1", certificate: "2" }[proof];
}

/** The caller's address: the platform is only reached over loopback. */
export const loopbackAddress = "127.0.0.1";

/** `aio`: internal to the token service; only has the form of the real one. */
export function opaqueData(random: Random): string {
  return `k2RgY${Buffer.from(random.bytes(27)).toString("base64")}AA==`;
}

/** `rh`: where the token service would find the tenant and the API. */
export function routingHint(tenantId: string, resourceAppId: string, random: Random): string {
  const head = Uint8Array.of(1, ...random.bytes(1), 0);
  return `1.${Buffer.concat([head, guidBytes(tenantId), guidBytes(resourceAppId)]).toString("base64url")}AAA.`;
}

/** `uti`: the id of the token. */
export function uniqueTokenId(random: Random): string {
  return randomBase64url(random, 16);
}

/**
 * `sub`: a user's id for one application, 43 characters. It is always the same for that application and different for
 * every other one. @see OpenID Connect Core 1.0 section 8.1
 */
export function pairwiseSubject(directory: Directory, appId: string, userId: string): string {
  const key = getSetting(directory, seedSecretSetting) ?? "";
  return createHmac("sha256", key).update(`${appId} ${userId}`).digest("base64url");
}

/** The `iss` of a tenant's tokens, whichever host the request was sent to. */
export function issuerOf(
  context: Pick<SigningContext, "directory" | "issuers">,
  tenantId: string,
  version: 1 | 2,
): string {
  if (version === 2 && tenantPolicy(context.directory, tenantId).isExternalId) {
    // The host is the tenant's id, whichever name the authority was addressed by.
    return `https://${tenantId}.ciamlogin.com/${tenantId}/v2.0`;
  }
  const issuer = `${context.issuers[version]}/${tenantId}`;
  return version === 1 ? `${issuer}/` : `${issuer}/v2.0`;
}
