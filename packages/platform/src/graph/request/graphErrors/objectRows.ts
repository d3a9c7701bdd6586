/** Errors about properties of an object, users, groups and references. Rows as in `graphError.ts`. */
export const objectRows = {
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
  unverifiedDomain: {
    status: 400,
    code: "Request_BadRequest",
    message:
      "The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain names in your organization.",
    source: "I",
  },
  weakPassword: {
    status: 400,
    code: "Request_BadRequest",
    message:
      "The specified password does not comply with password complexity requirements. Please provide a different password.",
    source: "I msgraph-sdk-java-auth#36",
  },
  referenceExists: {
    status: 400,
    code: "Request_BadRequest",
    message: "One or more added object references already exist for the following modified properties: '{property}'.",
    source: "I pnpframework#139",
  },
  notContained: {
    status: 400,
    code: "BadRequest",
    message: "Write requests are only supported on contained entities",
    source: "I microsoft-graph-docs-contrib#5532",
  },
  entitySetUnsupported: {
    status: 400,
    code: "BadRequest",
    message: "The request is currently not supported on the targeted entity set",
    source: "I microsoft-graph-docs-contrib#3152",
  },
  lastOwner: {
    status: 400,
    code: "Request_BadRequest",
    message: "The group must have at least one owner, hence this owner cannot be removed.",
    source: "I clients' traces; only a user counts K",
  },
  mailEnabledGroup: {
    status: 400,
    code: "Request_BadRequest",
    message:
      "The service does not currently support writes of mail-enabled groups. Please ensure that the mail-enablement property is unset and the security-enablement property is set.",
    source: "I msgraph-sdk-dotnet#216",
  },
  invalidReference: {
    status: 400,
    code: "Request_BadRequest",
    message: "Not a valid reference update.",
    source: "I microsoft-graph-docs-contrib#4628",
  },
} as const;
