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

/** Returns the managed identity in a host's options, if any. Throws if the host cannot have it. */
export function configuredIdentity(
  context: AzureContext,
  tenant: Tenant,
  source: ManagedIdentitySource,
  { identity }: ManagedIdentityHostOptions,
): ManagedIdentity | undefined {
  if (identity === undefined) {
    return undefined;
  }
  const { name, issuesUserTokens, isSystemOnly } = source;
  if (issuesUserTokens) {
    throw new TypeError(`identity is ${identity}, but ${name} issues tokens for its user; leave identity out`);
  }
  const configured = ownIdentity(context, tenant, source, identity.toLowerCase());
  if (configured === undefined) {
    const kind = isSystemOnly ? "system-assigned identity" : "managed identity";
    throw new TypeError(
      `identity is ${identity}, but ${name} has no such identity; set it to the client id of a ${kind} that registerManagedIdentity returned`,
    );
  }
  return configured;
}

/** Returns the identity with this client id, or else the default for requests that name none. */
export function ownIdentity(
  context: AzureContext,
  tenant: Tenant,
  source: ManagedIdentitySource,
  identity?: string,
): ManagedIdentity | undefined {
  const own = chooseIdentity(context, tenant, source, { identity }, new URLSearchParams());
  return own.kind === "identity" ? describeManagedIdentity(own.identity) : undefined;
}

/** Returns the sign-in of the user for whom the host issues tokens, if it does. Throws if the user does not exist. */
export function configuredSignIn(
  { directory, random, clock }: AzureContext,
  tenant: Tenant,
  { name, issuesUserTokens }: ManagedIdentitySource,
  { user: userPrincipalName }: ManagedIdentityHostOptions,
): Authentication | undefined {
  if (!issuesUserTokens) {
    if (userPrincipalName !== undefined) {
      throw new TypeError(
        `user is ${userPrincipalName}, but ${name} issues tokens for managed identities; leave user out, or open cloudShell`,
      );
    }
    return undefined;
  }
  const user =
    userPrincipalName === undefined
      ? getUser(directory, administratorId)
      : findUserByPrincipalName(directory, userPrincipalName);
  if (user?.tenantId !== tenant.id) {
    const value = userPrincipalName ?? "not set, and the seeded administrator has been deleted";
    throw new TypeError(`user is ${value}; set it to the user principal name of a user of ${tenant.displayName}`);
  }
  return {
    userId: user.id,
    sid: randomGuid(random),
    signedInMs: clock.now(),
    methods: tenantPolicy(directory, tenant.id).requiresSecondFactor ? ["pwd", "mfa"] : ["pwd"],
  };
}
