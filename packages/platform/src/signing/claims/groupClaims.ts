import type { Claims } from "../../core/jwt.ts";
import type { Application } from "../../directory/applications/applicationProperties.ts";
import {
  type GroupMembershipKind,
  readGroupMembershipClaims,
} from "../../directory/applications/groupMembershipClaims.ts";
import { assignedGroupsOf, transitiveGroupsOf } from "../../directory/groups/groupMembers.ts";
import type { Group } from "../../directory/groups/groups.ts";
import type { ServicePrincipal } from "../../directory/servicePrincipals/servicePrincipals.ts";
import { directoryRoleIds, type UserTokenSubject } from "./claimValues.ts";
import { registeredClaims, type TokenKind } from "./optionalClaims.ts";

/** The reader of a token: the client for its ID token, the API for its access token. */
export interface TokenReceiver {
  readonly registration: Application;
  readonly servicePrincipal: ServicePrincipal;
}

/** With more, the token would be too long for a header or for the fragment of a URL. */
const maxGroups = 200;
const maxGroupsInFragment = 5;

/**
 * The claims that the receiver's `groupMembershipClaims` asks for: the user's groups, or where to query them if there
 * are too many, and directory roles. Only users have these claims: the service leaves them out for applications in
 * groups.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/optional-claims#configure-groups-optional-claims
 */
export function groupClaims(subject: UserTokenSubject, receiver: TokenReceiver, kind: TokenKind): Claims {
  const { groupMembershipClaims, optionalClaims } = receiver.registration;
  const kinds = readGroupMembershipClaims(groupMembershipClaims ?? "None") ?? new Set();
  const roles = kinds.has("DirectoryRole") || kinds.has("All") ? { wids: directoryRoleIds(subject) } : {};
  const entry = registeredClaims(optionalClaims, kind).find(({ name }) => name === "groups");
  const properties = entry?.additionalProperties ?? [];
  // Entra: with emit_as_roles the claim contains only groups, whatever app roles the user has.
  const asRoles = kinds.size > 0 && properties.includes("emit_as_roles");
  const groups = groupsFor(subject, receiver, kinds);
  return {
    ...roles,
    ...(asRoles ? { roles: undefined } : {}),
    ...(groups.length > (subject.isInFragment ? maxGroupsInFragment : maxGroups)
      ? overage(subject)
      : named(groups, asRoles ? "roles" : "groups", formatOf(properties, kinds))),
  };
}

function groupsFor(
  { context, user }: UserTokenSubject,
  { servicePrincipal }: TokenReceiver,
  kinds: ReadonlySet<GroupMembershipKind>,
): readonly Group[] {
  const { directory } = context;
  const all = kinds.has("All") || kinds.has("SecurityGroup") ? transitiveGroupsOf(directory, user.id) : [];
  const selected = kinds.has("All") ? all : all.filter(({ securityEnabled }) => securityEnabled);
  const assigned = kinds.has("ApplicationGroup") ? assignedGroupsOf(directory, user.id, servicePrincipal.id) : [];
  return [...selected, ...assigned.filter(({ id }) => !selected.some((group) => group.id === id))];
}

function named(groups: readonly Group[], claim: "groups" | "roles", format: (group: Group) => string): Claims {
  return groups.length === 0 ? {} : { [claim]: groups.map(format) };
}

/** Names of groups in the Active Directory they are synchronized from; `undefined` for a group without one. */
const onPremisesNames: Readonly<Record<string, (group: Group) => string | undefined>> = {
  sam_account_name: ({ onPremisesSamAccountName }) => onPremisesSamAccountName ?? undefined,
  dns_domain_and_sam_account_name: (group) => qualified(group.onPremisesDomainName, group),
  netbios_domain_and_sam_account_name: (group) => qualified(group.onPremisesNetBiosName, group),
};

function qualified(domain: string | null, { onPremisesSamAccountName }: Group): string | undefined {
  return domain === null || onPremisesSamAccountName === null ? undefined : `${domain}\\${onPremisesSamAccountName}`;
}

function formatOf(properties: readonly string[], kinds: ReadonlySet<GroupMembershipKind>): (group: Group) => string {
  const onPremisesName = onPremisesNames[properties.find((name) => Object.hasOwn(onPremisesNames, name)) ?? ""];
  // Cloud names are not unique, so only groups that were explicitly assigned are written by name.
  const isNamed = kinds.size === 1 && kinds.has("ApplicationGroup") && properties.includes("cloud_displayname");
  // Entra: a group without the requested name is written by its id, although the documentation says it is left out.
  return (group) =>
    onPremisesName?.(group) ?? (isNamed && group.onPremisesSamAccountName === null ? group.displayName : group.id);
}

function overage({ context, tenant, user, isInFragment }: UserTokenSubject): Claims {
  if (isInFragment === true) {
    return { hasgroups: true };
  }
  // Entra: the address is in Azure AD Graph, which no longer answers; on the platform's own host it is one that works.
  const endpoint =
    context.mode === "interception"
      ? `https://graph.windows.net/${tenant.id}/users/${user.id}/getMemberObjects`
      : `${context.url}/v1.0/users/${user.id}/getMemberObjects`;
  return { _claim_names: { groups: "src1" }, _claim_sources: { src1: { endpoint } } };
}
