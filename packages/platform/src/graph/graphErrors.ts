/**
 * What Graph refuses with, as data: correct a row after a run against a real tenant and nothing else changes.
 * `{name}` marks a slot. `source`: I quoted from the real service in public, D documented, K from knowledge, to be
 * confirmed.
 *
 * @see https://learn.microsoft.com/graph/errors
 */
export const graphErrors = {
  tokenEmpty: {
    status: 401,
    code: "InvalidAuthenticationToken",
    message: "Access token is empty.",
    source: "I msgraph-sample-reactspa#54",
  },
  tokenMalformed: {
    status: 401,
    code: "InvalidAuthenticationToken",
    message:
      "IDX14100: JWT is not well formed, there are no dots (.).\nThe token needs to be in JWS or JWE Compact Serialization Format. (JWS): 'EncodedHeader.EncodedPayload.EncodedSignature'. (JWE): 'EncodedProtectedHeader.EncodedEncryptedKey.EncodedInitializationVector.EncodedCiphertext.EncodedAuthenticationTag'.",
    source: "I flutter_appauth#575 2024-12",
  },
  tokenUndecodable: {
    status: 401,
    code: "InvalidAuthenticationToken",
    message: "IDX12729: Unable to decode the header as Base64Url encoded string.",
    source: "K",
  },
  tokenSignature: {
    status: 401,
    code: "InvalidAuthenticationToken",
    message: "Access token validation failure. Invalid signature.",
    source: "K",
  },
  tokenExpired: {
    status: 401,
    code: "InvalidAuthenticationToken",
    message: "Lifetime validation failed, the token is expired.",
    source: "I Microsoft365DSC#4427 2024-03",
  },
  tokenNotYetValid: {
    status: 401,
    code: "InvalidAuthenticationToken",
    message: "Access token has expired or is not yet valid.",
    source: "I; used for this case K",
  },
  tokenAudience: {
    status: 401,
    code: "InvalidAuthenticationToken",
    message: "Access token validation failure. Invalid audience.",
    source: "I oauth2-proxy#2517 2024",
  },
  accessEnded: {
    status: 401,
    code: "InvalidAuthenticationToken",
    message:
      "Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp",
    source: "I; the same code for every cause K",
  },
  denied: {
    status: 403,
    code: "Authorization_RequestDenied",
    message: "Insufficient privileges to complete the operation.",
    source: "I",
  },
  backingApplicationNotLocal: {
    status: 403,
    code: "Authorization_RequestDenied",
    message:
      "When using this permission, the backing application of the service principal being created must in the local tenant",
    source: "I azure-cli source, terraform traces",
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
  hostNotVerified: {
    status: 400,
    code: "Request_BadRequest",
    message:
      "Values of identifierUris property must use a verified domain of the organization or its subdomain: '{uri}'",
    source: "I",
  },
  weakPassword: {
    status: 400,
    code: "Request_BadRequest",
    message:
      "The specified password does not comply with password complexity requirements. Please provide a different password.",
    source: "I msgraph-sdk-java-auth#36",
  },
  noBackingApplication: {
    status: 400,
    code: "Request_BadRequest",
    message: "The appId '{appId}' of the service principal does not reference a valid application object.",
    source: "I azure-cli tests",
  },
  servicePrincipalExists: {
    status: 409,
    code: "Request_MultipleObjectsWithSameKeyValue",
    message:
      "The service principal cannot be created, updated, or restored because the service principal name {appId} is already in use.",
    source: "I reliable-web-app-pattern-java#185",
  },
  accessTokenVersion: {
    status: 400,
    code: "Request_BadRequest",
    message: "Property api.requestedAccessTokenVersion is invalid.",
    source: "K",
  },
  entitlementEnabled: {
    status: 400,
    code: "CannotDeleteOrUpdateEnabledEntitlement",
    message: "Permission (scope or role) cannot be deleted or updated unless disabled first.",
    source: "I terraform SDK",
  },
  permissionAssigned: {
    status: 400,
    code: "Request_BadRequest",
    message: "Permission being assigned already exists on the object",
    source: "I",
  },
  permissionEntryExists: {
    status: 409,
    code: "Request_MultipleObjectsWithSameKeyValue",
    message: "Permission entry already exists.",
    source: "I terraform-provider-azuread#690",
  },
  oneAudience: {
    status: 400,
    code: "Request_BadRequest",
    message: "Federated identity credentials must have exactly one audience.",
    source: "D workload-identity-federation-considerations.md; code K",
  },
  emptyProperties: {
    status: 400,
    code: "Request_BadRequest",
    message: "Federated identity credential has empty properties.",
    source: "D, in part; the rest K",
  },
  federatedNameTaken: {
    status: 409,
    code: "Request_MultipleObjectsWithSameKeyValue",
    message: "FederatedIdentityCredential with name {name} already exists.",
    source: "I azure-workload-identity source",
  },
  federatedSubjectTaken: {
    status: 400,
    code: "Request_BadRequest",
    message: "Issuer and subject combination already exists for this application.",
    source: "K; that it is refused D",
  },
  federatedTooMany: {
    status: 400,
    code: "Request_BadRequest",
    message: "The application has reached the maximum number of federated identity credentials: 20.",
    source: "K; the limit D",
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
  newPasswordByAction: {
    status: 400,
    code: "Request_BadRequest",
    message: "New password credentials must be generated using service actions.",
    source: "I azure-docs#59275 2020, msgraph-sdk-dotnet#2788 2025",
  },
  noSuchPassword: {
    status: 400,
    code: "Request_BadRequest",
    message: "No password credential found with keyId {keyId}.",
    source: "I HashiCorp Vault; code and full stop K",
  },
  keyNotUpdatable: {
    status: 400,
    code: "Request_BadRequest",
    message: "Update to existing credential with KeyId '{keyId}' is not allowed.",
    source: "I azure-powershell#6784, Azure AD Graph 2018",
  },
  keyUsage: {
    status: 400,
    code: "Request_BadRequest",
    message:
      'The value for the property "usage" in one of your credentials is invalid. Acceptable values are Sign, Verify.',
    source: "I msgraph-sdk-java#1823 2024; code K",
  },
  keyEndDate: {
    status: 400,
    code: "KeyCredentialsInvalidEndDate",
    message: "Key credential end date is invalid.",
    source: "I terraform traces",
  },
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
