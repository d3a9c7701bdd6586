/** Errors about query options. Rows as in `graphError.ts`. */
export const queryRows = {
  filterSyntax: {
    status: 400,
    code: "BadRequest",
    message: "Invalid filter clause: {reason}",
    source: "I msgraph-sdk-dotnet#1190; text after the colon is OData's own",
  },
  filterProperty: {
    status: 400,
    code: "BadRequest",
    message: "Invalid filter clause: Could not find a property named '{property}' on type 'microsoft.graph.{type}'.",
    source: "I",
  },
  selectProperty: {
    status: 400,
    code: "BadRequest",
    message:
      "Parsing OData Select and Expand failed: Could not find a property named '{property}' on type 'microsoft.graph.{type}'.",
    source: "I",
  },
  expandUnsupported: {
    status: 400,
    code: "Request_UnsupportedQuery",
    message: "The $expand query is not supported for this request.",
    source: "K; the rules D query-parameters.md and aad-advanced-queries.md",
  },
  orderByProperty: {
    status: 400,
    code: "BadRequest",
    message: "Could not find a property named '{property}' on type 'microsoft.graph.{type}'.",
    source: "K: OData's own text",
  },
  filterUnsupported: {
    status: 400,
    code: "Request_UnsupportedQuery",
    message: "Unsupported or invalid query filter clause specified for property '{property}' of resource '{resource}'.",
    source: "D aad-advanced-queries.md 2023",
  },
  operatorUnsupported: {
    status: 400,
    code: "Request_UnsupportedQuery",
    message: "Filter operator '{operator}' is not supported.",
    source: "I microsoft-graph-docs-contrib#9043 NotEqualsMatch, #8578 Contains",
  },
  operatorNeedsAdvanced: {
    status: 400,
    code: "Request_UnsupportedQuery",
    message:
      "Operator '{operator}' is not supported because the required parameters might be missing. Try adding $count=true query parameter and ConsistencyLevel:eventual header. Refer to https://aka.ms/graph-docs/advanced-queries for more information",
    source: "D aad-advanced-queries.md 2023",
  },
  tooManyClauses: {
    status: 400,
    code: "Request_UnsupportedQuery",
    message:
      "Too many child clauses specified in search filter expression containing 'OR' operators: {count}. Max allowed: 15.",
    source: "I microsoft-graph-docs-contrib#1238 2023",
  },
  sortingUnsupported: {
    status: 400,
    code: "Request_UnsupportedQuery",
    message: "Sorting not supported for current query.",
    source: "I microsoft-graph-docs-contrib#3145",
  },
  sortPropertyUnsupported: {
    status: 400,
    code: "Request_UnsupportedQuery",
    message: "Unsupported sort property '{property}' for '{resource}'.",
    source: "I microsoft-graph-docs-contrib#1354 2023",
  },
  searchNeedsHeader: {
    status: 400,
    code: "Request_UnsupportedQuery",
    message:
      "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'",
    source: "D aad-advanced-queries.md",
  },
  searchSyntax: { status: 400, code: "BadRequest", message: "{reason}", source: "I msgraph-sdk-javascript#525" },
  searchProperty: {
    status: 400,
    code: "Request_UnsupportedQuery",
    message: "An unsupported property was specified.",
    source: "I microsoft-graph-docs-contrib#3327; used for $search K",
  },
  countUnsupported: {
    status: 400,
    code: "Request_BadRequest",
    message: "$count is not currently supported.",
    source: "D aad-advanced-queries.md",
  },
  skipUnsupported: {
    status: 400,
    code: "Request_BadRequest",
    message: "'$skip' is not supported by the service.",
    source: "I msgraph-metadata#135 2022",
  },
  pageSize: {
    status: 400,
    code: "Request_UnsupportedQuery",
    message: "Invalid page size specified: '{top}'. Must be between 1 and 999 inclusive.",
    source: "I",
  },
  topNotNumber: {
    status: 400,
    code: "BadRequest",
    message:
      "Invalid value '{value}' for $top query option found. The $top query option requires a non-negative integer value.",
    source: "K: OData's own text",
  },
  countNotBoolean: {
    status: 400,
    code: "BadRequest",
    message: "Invalid value '{value}' for $count query option found. Valid values are '{values}'.",
    source: "K: OData's own text",
  },
  optionTwice: {
    status: 400,
    code: "BadRequest",
    message: "Query option '{option}' was specified more than once, but it must be specified at most once.",
    source: "K: OData's own text",
  },
  unknownOption: {
    status: 400,
    code: "Request_BadRequest",
    message: "Unrecognized query argument specified: '{option}'.",
    source: "I known issue of Graph; status D",
  },
  notACollection: {
    status: 400,
    code: "BadRequest",
    message:
      "The query specified in the URI is not valid. The requested resource is not a collection. Query options $filter, $orderby, $count, $skip, and $top can be applied only on collections.",
    source: "I msgraph-sdk-powershell#2466 2023",
  },
  pageToken: {
    status: 400,
    code: "Directory_ExpiredPageToken",
    message: "The specified page token value has expired and can no longer be included in your request.",
    source: "I msgraph-sdk-dotnet#2254 2023; for a damaged token K",
  },
  deltaToken: {
    status: 400,
    code: "Request_BadRequest",
    message: "The delta token is not valid for this request.",
    source: "K",
  },
  deltaExpired: {
    status: 410,
    code: "syncStateNotFound",
    message: "The sync state generation is not found; resync is required.",
    source: "D delta-query-overview.md for the code; status and text K",
  },
  deltaReset: {
    status: 410,
    code: "resyncRequired",
    message: "Resync is required; start again without a delta token.",
    source: "D delta-query-overview.md for status and Location; code and text K",
  },
} as const;
