import { randomGuid } from "../../core/random.ts";
import type { Authentication } from "../../directory/issuedTokens/authentication.ts";
import { describeManagedIdentity, type ManagedIdentity } from "../../directory/managedIdentities/managedIdentities.ts";
import { administratorId } from "../../directory/provisioning/seedDirectory.ts";
import { tenantPolicy } from "../../directory/tenants/tenantPolicy.ts";
import type { Tenant } from "../../directory/tenants/tenants.ts";
import { findUserByPrincipalName, getUser } from "../../directory/users/users.ts";
import type { AzureContext } from "../context.ts";
import { chooseIdentity } from "./chooseIdentity.ts";
import type { ManagedIdentityHostOptions, ManagedIdentitySource } from "./sources/source.ts";

/** The managed identity that a host is set up with, if it is with one. Throws when the host cannot have it. */
export function configuredIdentity(
  context: AzureContext,
  tenant: Tenant,
  source: ManagedIdentitySource,
  { identity }: ManagedIdentityHostOptions,
): ManagedIdentity | undefined {
  if (identity === undefined) {
    return undefined;
  }
  const { name, isOfUser, isSystemOnly } = source;
  if (isOfUser) {
    throw new TypeError(`identity is ${identity}, and ${name} gives the tokens of its user; leave identity out`);
  }
  const configured = ownIdentity(context, tenant, source, identity.toLowerCase());
  if (configured === undefined) {
    const kind = isSystemOnly ? "system-assigned identity" : "managed identity";
    throw new TypeError(
      `identity is ${identity}, and ${name} can have no such identity; give the client id of a ${kind} that registerManagedIdentity returned`,
    );
  }
  return configured;
}

/** The identity of this client id, or else the one that a request gets which names none. */
export function ownIdentity(
  context: AzureContext,
  tenant: Tenant,
  source: ManagedIdentitySource,
  identity?: string,
): ManagedIdentity | undefined {
  const own = chooseIdentity(context, tenant, source, { identity }, new URLSearchParams());
  return own.kind === "identity" ? describeManagedIdentity(own.identity) : undefined;
}

/** The sign-in of the user whose tokens the host gives, if it gives such. Throws when nobody can be signed in. */
export function configuredSignIn(
  { directory, random, clock }: AzureContext,
  tenant: Tenant,
  { name, isOfUser }: ManagedIdentitySource,
  { user: userPrincipalName }: ManagedIdentityHostOptions,
): Authentication | undefined {
  if (!isOfUser) {
    if (userPrincipalName !== undefined) {
      throw new TypeError(
        `user is ${userPrincipalName}, and ${name} gives tokens of managed identities; leave user out, or open cloudShell`,
      );
    }
    return undefined;
  }
  const user =
    userPrincipalName === undefined
      ? getUser(directory, administratorId)
      : findUserByPrincipalName(directory, userPrincipalName);
  if (user?.tenantId !== tenant.id) {
    const given = userPrincipalName ?? "not given, and the seeded administrator is gone";
    throw new TypeError(`user is ${given}; give the user principal name of a user of ${tenant.displayName}`);
  }
  return {
    userId: user.id,
    sid: randomGuid(random),
    signedInMs: clock.now(),
    methods: tenantPolicy(directory, tenant.id).requiresSecondFactor ? ["pwd", "mfa"] : ["pwd"],
  };
}
