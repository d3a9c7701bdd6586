import type { Property } from "./entityType.ts";

/** Property definitions that several types share. */
export const notFilterable: Property = { type: "Other" };
export const identifier: Property = {
  type: "String",
  filter: ["eq", "in"],
  index: { kind: "column", column: "id", lowerCase: true },
};
export const applicationId: Property = {
  type: "String",
  filter: ["eq", "in", "startswith"],
  index: { kind: "column", column: "appId", lowerCase: true },
};
export const sortableName: Property = {
  type: "String",
  filter: ["eq", "ge", "le", "in", "startswith"],
  advancedFilter: ["null"],
  orderBy: "advanced",
  search: "words",
  index: { kind: "column", column: "displayName" },
};
export const creationDate: Property = {
  type: "DateTime",
  filter: ["eq", "ge", "le"],
  advancedFilter: ["in"],
  orderBy: "advanced",
};
export const stringCollection: Property = { type: "StringCollection", filter: ["eq", "ge", "le", "startswith"] };
