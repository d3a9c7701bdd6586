import type { Json } from "../../directory/applications/applicationProperties.ts";
import { storedValue } from "../../directory/directory.ts";
import { getTenant, initialDomain } from "../../directory/tenants/tenants.ts";
import type { User } from "../../directory/users/users.ts";
import type { EntityType, Property, PropertyTable } from "../collection/entityType.ts";

const text: Property = { type: "String" };
const other: Property = { type: "Other" };
const collection: Property = { type: "ObjectCollection" };
const basicOperators = ["eq", "ge", "le", "in", "startswith"] as const;

/** Text that every request can filter by; filtering by null needs an advanced query. */
const filterable: Property = { type: "String", filter: basicOperators, advancedFilter: ["null"], search: "prefix" };
/** Text that only advanced queries can filter by. */
const advanced: Property = { type: "String", advancedFilter: [...basicOperators, "null"], search: "prefix" };

/**
 * The operators that each property supports.
 *
 * @see https://learn.microsoft.com/graph/aad-advanced-queries#support-for-filter-by-properties-of-azure-ad-directory-objects
 */
const storedProperties: PropertyTable = {
  businessPhones: { type: "StringCollection", filter: ["eq"] },
  displayName: {
    type: "String",
    filter: basicOperators,
    advancedFilter: ["null"],
    orderBy: "always",
    search: "words",
    index: { kind: "column", column: "displayName" },
  },
  givenName: filterable,
  jobTitle: {
    type: "String",
    filter: ["eq", "ge", "le", "in", "startswith"],
    advancedFilter: ["null"],
    search: "prefix",
  },
  mail: {
    type: "String",
    filter: basicOperators,
    advancedFilter: ["endswith", "null"],
    search: "prefix",
    index: { kind: "column", column: "mail" },
  },
  mobilePhone: advanced,
  officeLocation: advanced,
  preferredLanguage: advanced,
  surname: filterable,
  userPrincipalName: {
    type: "String",
    filter: basicOperators,
    advancedFilter: ["endswith"],
    orderBy: "always",
    search: "prefix",
    index: { kind: "column", column: "userPrincipalName" },
  },
  id: { type: "String", filter: ["eq", "in"], index: { kind: "column", column: "id", lowerCase: true } },
  accountEnabled: { type: "Boolean", filter: ["eq", "in"] },
  city: filterable,
  companyName: advanced,
  country: filterable,
  createdDateTime: { type: "DateTime", filter: ["eq", "ge", "le"], advancedFilter: ["in"], orderBy: "advanced" },
  department: filterable,
  employeeId: {
    type: "String",
    filter: ["eq", "in", "startswith"],
    advancedFilter: ["ge", "le", "null"],
    search: "prefix",
  },
  mailNickname: filterable,
  otherMails: { type: "StringCollection", filter: ["eq", "ge", "le", "startswith"], advancedFilter: ["endswith"] },
  postalCode: advanced,
  proxyAddresses: {
    type: "StringCollection",
    filter: ["eq", "ge", "le", "startswith"],
    advancedFilter: ["endswith"],
    search: "prefix",
  },
  state: filterable,
  streetAddress: advanced,
  usageLocation: { type: "String", filter: basicOperators, search: "prefix" },
  userType: { type: "String", filter: ["eq", "in"], advancedFilter: ["null"] },
};

/**
 * Properties with the same value for every cloud-only user without licenses. They can be selected but not filtered by.
 */
const constantValues: { readonly [name: string]: Json } = {
  ageGroup: null,
  assignedLicenses: [],
  assignedPlans: [],
  consentProvidedForMinor: null,
  creationType: null,
  deletedDateTime: null,
  employeeHireDate: null,
  employeeType: null,
  externalUserState: null,
  externalUserStateChangeDateTime: null,
  faxNumber: null,
  imAddresses: [],
  isResourceAccount: null,
  legalAgeGroupClassification: null,
  onPremisesDistinguishedName: null,
  onPremisesDomainName: null,
  onPremisesImmutableId: null,
  onPremisesLastSyncDateTime: null,
  onPremisesProvisioningErrors: [],
  onPremisesSamAccountName: null,
  onPremisesSecurityIdentifier: null,
  onPremisesSyncEnabled: null,
  onPremisesUserPrincipalName: null,
  passwordPolicies: null,
  passwordProfile: null,
  preferredDataLocation: null,
  provisionedPlans: [],
  showInAddressList: null,
};

/** @see https://learn.microsoft.com/graph/api/resources/user */
export const userType: EntityType<User> = {
  name: "user",
  resource: "User",
  set: "users",
  properties: {
    ...storedProperties,
    identities: other,
    signInSessionsValidFromDateTime: other,
    ...Object.fromEntries(
      Object.keys(constantValues).map((name) => [name, Array.isArray(constantValues[name]) ? collection : text]),
    ),
  },
  defaults: [
    "businessPhones",
    "displayName",
    "givenName",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
    "id",
  ],
  singleObjectOnly: [
    "aboutMe",
    "birthday",
    "hireDate",
    "interests",
    "mySite",
    "pastProjects",
    "preferredName",
    "responsibilities",
    "schools",
    "skills",
    "mailboxSettings",
  ],
  id: (user) => user.id,
  value(user, property, directory) {
    if (property === "identities") {
      const tenant = getTenant(directory, user.tenantId);
      const issuer = tenant === undefined ? null : initialDomain(tenant);
      return [{ signInType: "userPrincipalName", issuer, issuerAssignedId: user.userPrincipalName }];
    }
    if (property === "signInSessionsValidFromDateTime") {
      return user.createdDateTime;
    }
    return storedValue(user, property) ?? constantValues[property] ?? null;
  },
};
