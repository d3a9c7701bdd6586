/** Errors about the credentials of applications. Rows as in `graphError.ts`. */
export const credentialRows = {
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
  proofInvalid: {
    status: 401,
    code: "Authentication_MissingOrMalformed",
    message: "Access Token missing or malformed.",
    source: "I microsoft-graph-docs#10686 2020, #14626 2021, #22076 2023",
  },
  noSuchKey: {
    status: 400,
    code: "Request_BadRequest",
    message: "No key credential found with keyId {keyId}.",
    source: "K, as of a password",
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
} as const;
