/** What Graph refuses the properties of an object with. Rows as in `graphErrors.ts`. */
export const propertyRows = {
  valueRequired: {
    status: 400,
    code: "Request_BadRequest",
    message: "A value is required for property '{property}' of resource '{resource}'.",
    source: "I 2021",
  },
  invalidValue: {
    status: 400,
    code: "Request_BadRequest",
    message: "Invalid value specified for property '{property}' of resource '{resource}'.",
    source: "I",
  },
  unknownProperty: {
    status: 400,
    code: "Request_BadRequest",
    message: "Invalid property '{property}'.",
    source: "I PnP-Sites-Core#1807",
  },
  readOnlyProperty: {
    status: 400,
    code: "Request_BadRequest",
    message: "Property '{property}' is read-only and cannot be set.",
    source: "I msgraph-bicep-types#260 2025",
  },
  duplicateValue: {
    status: 400,
    code: "Request_BadRequest",
    message: "Another object with the same value for property {property} already exists.",
    source: "I microsoft-graph-docs-contrib#8421",
  },
  duplicateInRequest: {
    status: 400,
    code: "Request_BadRequest",
    message: "Request contains a property with duplicate values.",
    source: "K",
  },
} as const;
