/** What Graph refuses groups, and references to objects with. Rows as in `graphErrors.ts`. */
export const groupRows = {
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
