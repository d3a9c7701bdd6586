import type { Claims } from "../../core/jwt.ts";
import type { Application } from "../../directory/applications/applicationProperties.ts";
import type { Directory } from "../../directory/directory.ts";
import { roleTemplateIdsOf } from "../../directory/directoryRoles/directoryRoles.ts";
import type { Authentication } from "../../directory/issuedTokens/authentication.ts";
import { assignedRoleIds } from "../../directory/permissionGrants/assignedRoles.ts";
import type { ServicePrincipal } from "../../directory/servicePrincipals/servicePrincipals.ts";
import type { Tenant } from "../../directory/tenants/tenants.ts";
import type { User } from "../../directory/users/users.ts";
import type { SigningContext } from "../context.ts";

/** What the claims of a user's tokens are made of, access and ID tokens alike. */
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
  /** The token travels in the fragment of an address, whose length is limited. Default false. */
  readonly isInFragment?: boolean | undefined;
}

/**
 * The times and names in front stay where they are; further claims are sorted in among the rest, as the service does.
 * One that is `undefined` takes the claim of that name away.
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

/** The user's app roles on an application, those of the user's groups included. */
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

/** Every member of a tenant has this role, which no administrator assigns. */
const memberRole = "b79fbf4d-3ef9-4689-8143-76b194e85509";

/** `wids`: the template ids of the user's directory roles. */
export function directoryRoleIds({ context, user }: UserTokenSubject): readonly string[] {
  return [...roleTemplateIdsOf(context.directory, user.id), memberRole];
}

/** How a client has proved who it is. */
export type ClientProof = "none" | "secret" | "certificate";

/** `appidacr` and `azpacr` of an access token. */
export function proofLevel({ proof }: { readonly proof: ClientProof }): string {
  return { none: "0", secret: "1", certificate: "2" }[proof];
}

/** Where requests come from: the platform is reached over loopback only. */
export const loopbackAddress = "127.0.0.1";
