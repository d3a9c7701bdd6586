/** What Graph refuses users with. Rows as in `graphErrors.ts`. */
export const userRows = {
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
} as const;
