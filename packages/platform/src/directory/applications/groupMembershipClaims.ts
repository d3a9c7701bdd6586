const kinds = ["SecurityGroup", "DirectoryRole", "ApplicationGroup", "All"] as const;

/** What a registration wants to be told of: security groups, directory roles, groups assigned to it, or all groups and roles. */
export type GroupMembershipKind = (typeof kinds)[number];

/** For messages. */
export const groupMembershipValues: string = `None, ${kinds.join(", ")}`;

/**
 * What `groupMembershipClaims` of a registration asks for: one value, or several with commas between them. `undefined`
 * when one of them is unknown.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/optional-claims#configure-groups-optional-claims
 */
export function readGroupMembershipClaims(text: string): ReadonlySet<GroupMembershipKind> | undefined {
  const names = text.split(",").map((name) => name.trim());
  const found = kinds.filter((kind) => names.includes(kind));
  return names.every((name) => name === "None" || found.some((kind) => kind === name)) ? new Set(found) : undefined;
}
