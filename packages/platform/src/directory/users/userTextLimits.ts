/**
 * The maximum number of characters in each text of a user that may be unset. @see
 * https://learn.microsoft.com/graph/api/resources/user
 */
export const userTextLimits = {
  city: 128,
  companyName: 64,
  country: 128,
  department: 64,
  employeeId: 16,
  givenName: 64,
  jobTitle: 128,
  mobilePhone: 64,
  officeLocation: 128,
  postalCode: 40,
  preferredLanguage: 100,
  state: 128,
  streetAddress: 1024,
  surname: 64,
} as const;

/** The maximum number of characters in the display name of a user or group. The minimum is one. */
export const displayNameLimit = 256;
