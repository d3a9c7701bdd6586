/** Errors about applications and service principals. Rows as in `graphError.ts`. */
export const applicationRows = {
  backingApplicationNotLocal: {
    status: 403,
    code: "Authorization_RequestDenied",
    message:
      "When using this permission, the backing application of the service principal being created must in the local tenant",
    source: "I azure-cli source, terraform traces",
  },
  hostNotVerified: {
    status: 400,
    code: "Request_BadRequest",
    message:
      "Values of identifierUris property must use a verified domain of the organization or its subdomain: '{uri}'",
    source: "I",
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
} as const;
