import type { Directory } from "../../directory/directory.ts";
import { descriptionLimit, findUnifiedGroupByNickname, type Group } from "../../directory/groups/groups.ts";
import type { Tenant } from "../../directory/tenants/tenants.ts";
import { displayNameLimit } from "../../directory/users/userTextLimits.ts";
import {
  type BodyRules,
  checkBody,
  isArrayOf,
  isBoolean,
  isOneOf,
  isText,
  isTextOrNull,
  requireProperties,
} from "../collection/bodyRules.ts";
import { GraphError } from "../request/graphErrors/graphError.ts";
import type { JsonObject } from "../request/route.ts";
import { groupType } from "./groupType.ts";

const required = ["displayName", "mailEnabled", "mailNickname", "securityEnabled"];

const writable: BodyRules = {
  description: isTextOrNull(descriptionLimit),
  displayName: isText(displayNameLimit, 1),
  groupTypes: isArrayOf((value): value is string => value === "Unified", 1),
  mailEnabled: isBoolean,
  mailNickname: (value) => isText(64, 1)(value) && /^[\x21-\x7e]+$/.test(value) && !/[@()\\[\]";:<>,]/.test(value),
  securityEnabled: isBoolean,
  uniqueName: isTextOrNull(128),
  visibility: isOneOf("Public", "Private", "HiddenMembership"),
  ...Object.fromEntries(
    ["id", "createdDateTime", "deletedDateTime", "mail", "proxyAddresses", "renewedDateTime", "securityIdentifier"].map(
      (name) => [name, "readOnly" as const],
    ),
  ),
};

/** Returns the checked properties of a POST, or of a PATCH of `group`. */
export function readGroupChanges(
  directory: Directory,
  tenant: Tenant,
  body: JsonObject,
  group: Group | undefined,
): Partial<Group> {
  if (group === undefined) {
    requireProperties(body, groupType.resource, required);
  }
  checkBody(body, groupType.resource, writable);
  const entries = Object.entries(body).filter(([name]) => !name.includes("@"));
  const properties: Partial<Group> = Object.fromEntries(entries);
  const { groupTypes, mailEnabled, securityEnabled, mailNickname }: Partial<Group> = { ...group, ...properties };
  const isUnified = groupTypes?.includes("Unified") === true;
  if (mailEnabled !== isUnified || (!isUnified && securityEnabled !== true)) {
    if (!isUnchanged(group, properties)) {
      const reason = 'a group is either securityEnabled, or mailEnabled with groupTypes ["Unified"]';
      throw new GraphError("mailEnabledGroup", {}, { reason });
    }
    return properties;
  }
  if (!isUnified || mailNickname === undefined) {
    return properties;
  }
  const holder = findUnifiedGroupByNickname(directory, tenant.id, mailNickname);
  if (holder !== undefined && holder.id !== group?.id) {
    const details = [
      { code: "ObjectConflict", target: "mailNickname" },
      { code: "ConflictingObjects", target: `Group_${holder.id}` },
    ];
    throw new GraphError("duplicateValue", { property: "mailNickname" }, { details });
  }
  const domain = tenant.domains.find(({ isDefault }) => isDefault)?.name ?? "";
  return { ...properties, mail: `${mailNickname}@${domain}` };
}

/** A group that was not created through Graph may be of a kind that Graph cannot create. It can still be renamed. */
function isUnchanged(group: Group | undefined, changes: Partial<Group>): boolean {
  const after = { ...group, ...changes };
  return (
    group !== undefined &&
    group.mailEnabled === after.mailEnabled &&
    group.securityEnabled === after.securityEnabled &&
    group.groupTypes.join() === after.groupTypes?.join()
  );
}
