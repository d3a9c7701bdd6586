import { guidBytes } from "../../core/guid.ts";
import type { Json } from "../../directory/applications/applicationProperties.ts";
import { storedValue } from "../../directory/directory.ts";
import type { Group } from "../../directory/groups/groups.ts";
import type { EntityType, Property, PropertyTable } from "../collection/entityType.ts";
import { identifier, notFilterable, sortableName, stringCollection } from "../collection/sharedProperties.ts";

const basicOperators = ["eq", "ge", "le", "in", "startswith"] as const;
const flag: Property = { type: "Boolean", filter: ["eq", "in"] };

/** In wire order. Properties that are not stored have the same value for every group. */
const properties: PropertyTable = {
  id: identifier,
  deletedDateTime: notFilterable,
  classification: notFilterable,
  createdDateTime: notFilterable,
  creationOptions: notFilterable,
  description: { type: "String", filter: ["eq", "ge", "le", "startswith"], advancedFilter: ["null"], search: "words" },
  displayName: { ...sortableName, orderBy: "always" },
  expirationDateTime: notFilterable,
  groupTypes: { type: "StringCollection", filter: ["eq"] },
  isAssignableToRole: notFilterable,
  mail: { type: "String", filter: basicOperators, advancedFilter: ["null"], search: "prefix" },
  mailEnabled: flag,
  mailNickname: { type: "String", filter: basicOperators, search: "prefix" },
  membershipRule: notFilterable,
  membershipRuleProcessingState: notFilterable,
  onPremisesDomainName: notFilterable,
  onPremisesLastSyncDateTime: notFilterable,
  onPremisesNetBiosName: notFilterable,
  onPremisesSamAccountName: { type: "String", advancedFilter: basicOperators },
  onPremisesSecurityIdentifier: notFilterable,
  onPremisesSyncEnabled: { ...flag, advancedFilter: ["null"] },
  preferredDataLocation: notFilterable,
  preferredLanguage: notFilterable,
  proxyAddresses: stringCollection,
  renewedDateTime: notFilterable,
  resourceBehaviorOptions: notFilterable,
  resourceProvisioningOptions: notFilterable,
  securityEnabled: flag,
  securityIdentifier: { type: "String", filter: ["eq", "in"] },
  theme: notFilterable,
  visibility: notFilterable,
  onPremisesProvisioningErrors: notFilterable,
  serviceProvisioningErrors: notFilterable,
};

const emptyCollections: ReadonlySet<string> = new Set([
  "creationOptions",
  "proxyAddresses",
  "resourceBehaviorOptions",
  "resourceProvisioningOptions",
  "onPremisesProvisioningErrors",
  "serviceProvisioningErrors",
]);

/** @see https://learn.microsoft.com/graph/api/resources/group */
export const groupType: EntityType<Group> = {
  name: "group",
  resource: "Group",
  set: "groups",
  properties: { ...properties, uniqueName: { type: "String", filter: ["eq"] } },
  defaults: Object.keys(properties),
  id: (group) => group.id,
  value(group, property): Json {
    switch (property) {
      case "onPremisesSyncEnabled":
        return group.onPremisesSamAccountName === null ? null : true;
      case "renewedDateTime":
        return group.createdDateTime;
      case "securityIdentifier":
        return securityIdentifier(group.id);
      default:
        return emptyCollections.has(property) ? [] : storedValue(group, property);
    }
  },
};

/** The security identifier in Windows access control lists: for a cloud group, its id as four numbers. */
function securityIdentifier(id: string): string {
  const bytes = guidBytes(id);
  return `S-1-12-1-${[0, 4, 8, 12].map((offset) => bytes.readUInt32LE(offset)).join("-")}`;
}
