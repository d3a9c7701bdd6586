import type { Directory } from "../../directory/directory.ts";
import { descriptionLimit, findUnifiedGroupByNickname, type Group } from "../../directory/groups/groups.ts";
import type { Tenant } from "../../directory/tenants/tenants.ts";
import { displayNameLimit } from "../../directory/users/userTextLimits.ts";
import {
  type BodyRules,
  isArrayOf,
  isBoolean,
  isOneOf,
  isText,
  isTextOrNull,
  refuseBody,
  refuseMissing,
} from "../collection/bodyRules.ts";
import { type Fault, fault } from "../request/graphErrors/faults.ts";
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

export interface GroupChanges {
  readonly kind: "changes";
  readonly properties: Partial<Group>;
}

/** The checked properties of a POST, or of a PATCH of `group`. */
export function readGroupChanges(
  directory: Directory,
  tenant: Tenant,
  body: JsonObject,
  group: Group | undefined,
): GroupChanges | Fault {
  const refused =
    (group === undefined ? refuseMissing(body, groupType.resource, required) : undefined) ??
    refuseBody(body, groupType.resource, writable);
  if (refused !== undefined) {
    return refused;
  }
  const given = Object.entries(body).filter(([name]) => !name.includes("@"));
  const properties: Partial<Group> = Object.fromEntries(given);
  const { groupTypes, mailEnabled, securityEnabled, mailNickname }: Partial<Group> = { ...group, ...properties };
  const isUnified = groupTypes?.includes("Unified") === true;
  if (mailEnabled !== isUnified || (!isUnified && securityEnabled !== true)) {
    return isUnchanged(group, properties)
      ? { kind: "changes", properties }
      : fault(
          "mailEnabledGroup",
          {},
          { why: 'a group is either securityEnabled, or mailEnabled with groupTypes ["Unified"]' },
        );
  }
  if (!isUnified || mailNickname === undefined) {
    return { kind: "changes", properties };
  }
  const holder = findUnifiedGroupByNickname(directory, tenant.id, mailNickname);
  if (holder !== undefined && holder.id !== group?.id) {
    const details = [
      { code: "ObjectConflict", target: "mailNickname" },
      { code: "ConflictingObjects", target: `Group_${holder.id}` },
    ];
    return fault("duplicateValue", { property: "mailNickname" }, { details });
  }
  const domain = tenant.domains.find(({ isDefault }) => isDefault)?.name ?? "";
  return { kind: "changes", properties: { ...properties, mail: `${mailNickname}@${domain}` } };
}

/** A group made elsewhere may be of a kind that Graph cannot make; its name can be changed all the same. */
function isUnchanged(group: Group | undefined, changes: Partial<Group>): boolean {
  const after = { ...group, ...changes };
  return (
    group !== undefined &&
    group.mailEnabled === after.mailEnabled &&
    group.securityEnabled === after.securityEnabled &&
    group.groupTypes.join() === after.groupTypes?.join()
  );
}
