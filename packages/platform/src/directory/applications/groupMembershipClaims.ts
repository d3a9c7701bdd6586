const kinds = ["SecurityGroup", "DirectoryRole", "ApplicationGroup", "All"] as const;

/**
 * The groups that a registration requests in its tokens: security groups, directory roles, groups assigned to it, or
 * all groups and roles.
 */
export type GroupMembershipKind = (typeof kinds)[number];

/** The accepted values, for messages. */
export const groupMembershipValues: string = `None, ${kinds.join(", ")}`;

/**
 * Reads the `groupMembershipClaims` of a registration: one value, or several separated by commas. Returns `undefined`
 * when one is unknown.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/optional-claims#configure-groups-optional-claims
 */
export function readGroupMembershipClaims(text: string): ReadonlySet<GroupMembershipKind> | undefined {
  const names = text.split(",").map((name) => name.trim());
  const found = kinds.filter((kind) => names.includes(kind));
  return names.every((name) => name === "None" || found.some((kind) => kind === name)) ? new Set(found) : undefined;
}
