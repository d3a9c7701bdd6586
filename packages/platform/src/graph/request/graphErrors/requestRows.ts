/** Errors about any request, whatever its resource. Rows as in `graphError.ts`. */
export const requestRows = {
  denied: {
    status: 403,
    code: "Authorization_RequestDenied",
    message: "Insufficient privileges to complete the operation.",
    source: "I",
  },
  meNeedsUser: {
    status: 400,
    code: "BadRequest",
    message: "/me request is only valid with delegated authentication flow.",
    source: "I msgraph-sdk-php#1163",
  },
  notFound: {
    status: 404,
    code: "Request_ResourceNotFound",
    message: "Resource '{id}' does not exist or one of its queried reference-property objects are not present.",
    source: "I microsoft-graph-docs-contrib#6431",
  },
  invalidId: {
    status: 400,
    code: "Request_BadRequest",
    message: "Invalid object identifier '{id}'.",
    source: "I",
  },
  unknownSegment: {
    status: 400,
    code: "BadRequest",
    message: "Resource not found for the segment '{segment}'.",
    source: "I msgraph-beta-sdk-python#764 2025",
  },
  invalidVersion: { status: 400, code: "BadRequest", message: "Invalid version.", source: "I 2023" },
  methodNotAllowed: {
    status: 405,
    code: "Request_BadRequest",
    message: "Specified HTTP method is not allowed for the request target.",
    source: "D json-batching.md 2025",
  },
  notDirectlyQueryable: {
    status: 400,
    code: "Request_UnsupportedQuery",
    message: "Direct queries to this resource type are not supported.",
    source: "I msgraph-sdk-dotnet#2820 2025",
  },
  badBatch: {
    status: 400,
    code: "BadRequest",
    message: "Invalid batch payload format.",
    source: "I msgraph-sdk-javascript issues; code K",
  },
  batchTooLarge: {
    status: 400,
    code: "MaximumValueExceeded",
    message: "Number of batch request steps exceeds the maximum value of 20.",
    source: "I",
  },
  failedDependency: {
    status: 424,
    code: "FailedDependency",
    message: "Request failed because of a dependency failure.",
    source: "D json-batching.md for the status; text K",
  },
  badJson: {
    status: 400,
    code: "BadRequest",
    message:
      "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.",
    source: "I microsoft-graph-docs-contrib#6337",
  },
  emptyPayload: {
    status: 400,
    code: "BadRequest",
    message: "Empty Payload. JSON content expected.",
    source: "I microsoft-graph-docs-contrib#7083",
  },
  throttled: {
    status: 429,
    code: "TooManyRequests",
    message: "Too many requests from Identifier:{identifier} under category:{category}. Please try again later.",
    source: "I AADAppAudit#9 2024; order of the identifier's parts K",
  },
  notImplemented: {
    status: 501,
    code: "NotImplemented",
    message: "This operation target is not yet supported.",
    source: "D user-list.md",
  },
  internal: {
    status: 500,
    code: "InternalServerError",
    message: "The platform failed to answer this request; its own log says why.",
    source: "local",
  },
} as const;
