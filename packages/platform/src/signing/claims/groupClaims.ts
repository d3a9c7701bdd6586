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

/** Who reads a token: the client its ID token, the API its access token. */
export interface TokenReceiver {
  readonly registration: Application;
  readonly servicePrincipal: ServicePrincipal;
}

/** More would make the token too long for a header, or for the fragment of an address. */
const mostGroups = 200;
const mostGroupsInFragment = 5;

/**
 * What the receiver's `groupMembershipClaims` asks for: the user's groups, or where to ask for them when there are too
 * many, and directory roles. Only users have these claims: the service leaves them out for applications in groups.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/optional-claims#configure-groups-optional-claims
 */
export function groupClaims(subject: UserTokenSubject, receiver: TokenReceiver, kind: TokenKind): Claims {
  const { groupMembershipClaims, optionalClaims } = receiver.registration;
  const asked = readGroupMembershipClaims(groupMembershipClaims ?? "None") ?? new Set();
  const roles = asked.has("DirectoryRole") || asked.has("All") ? { wids: directoryRoleIds(subject) } : {};
  const entry = registeredClaims(optionalClaims, kind).find(({ name }) => name === "groups");
  const properties = entry?.additionalProperties ?? [];
  // Entra: with emit_as_roles the claim holds nothing but groups, whatever app roles the user has.
  const asRoles = asked.size > 0 && properties.includes("emit_as_roles");
  const groups = groupsFor(subject, receiver, asked);
  return {
    ...roles,
    ...(asRoles ? { roles: undefined } : {}),
    ...(groups.length > (subject.isInFragment ? mostGroupsInFragment : mostGroups)
      ? overage(subject)
      : named(groups, asRoles ? "roles" : "groups", formatOf(properties, asked))),
  };
}

function groupsFor(
  { context, user }: UserTokenSubject,
  { servicePrincipal }: TokenReceiver,
  asked: ReadonlySet<GroupMembershipKind>,
): readonly Group[] {
  const { directory } = context;
  const all = asked.has("All") || asked.has("SecurityGroup") ? transitiveGroupsOf(directory, user.id) : [];
  const wanted = asked.has("All") ? all : all.filter(({ securityEnabled }) => securityEnabled);
  const assigned = asked.has("ApplicationGroup") ? assignedGroupsOf(directory, user.id, servicePrincipal.id) : [];
  return [...wanted, ...assigned.filter(({ id }) => !wanted.some((group) => group.id === id))];
}

function named(groups: readonly Group[], claim: "groups" | "roles", format: (group: Group) => string): Claims {
  return groups.length === 0 ? {} : { [claim]: groups.map(format) };
}

/** Names that groups have in the Active Directory they come from; `undefined` for a group without one. */
const onPremisesNames: Readonly<Record<string, (group: Group) => string | undefined>> = {
  sam_account_name: ({ onPremisesSamAccountName }) => onPremisesSamAccountName ?? undefined,
  dns_domain_and_sam_account_name: (group) => qualified(group.onPremisesDomainName, group),
  netbios_domain_and_sam_account_name: (group) => qualified(group.onPremisesNetBiosName, group),
};

function qualified(domain: string | null, { onPremisesSamAccountName }: Group): string | undefined {
  return domain === null || onPremisesSamAccountName === null ? undefined : `${domain}\\${onPremisesSamAccountName}`;
}

function formatOf(properties: readonly string[], asked: ReadonlySet<GroupMembershipKind>): (group: Group) => string {
  const onPremisesName = onPremisesNames[properties.find((name) => Object.hasOwn(onPremisesNames, name)) ?? ""];
  // Names of the cloud are not unique: only groups that were assigned on purpose go by them.
  const isNamed = asked.size === 1 && asked.has("ApplicationGroup") && properties.includes("cloud_displayname");
  // Entra: a group without the name that is asked for goes by its id, although the documentation says it is left out.
  return (group) =>
    onPremisesName?.(group) ?? (isNamed && group.onPremisesSamAccountName === null ? group.displayName : group.id);
}

function overage({ context, tenant, user, isInFragment }: UserTokenSubject): Claims {
  if (isInFragment === true) {
    return { hasgroups: true };
  }
  // Entra: the address is that of Azure AD Graph, which answers no more; on the platform's own host it is one that does.
  const endpoint =
    context.mode === "interception"
      ? `https://graph.windows.net/${tenant.id}/users/${user.id}/getMemberObjects`
      : `${context.url}/v1.0/users/${user.id}/getMemberObjects`;
  return { _claim_names: { groups: "src1" }, _claim_sources: { src1: { endpoint } } };
}
