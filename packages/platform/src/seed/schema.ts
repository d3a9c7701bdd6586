import * as v from "valibot";
import { fields } from "../core/schemaProblem.ts";
import { groupMembershipValues, readGroupMembershipClaims } from "../directory/applications/groupMembershipClaims.ts";
import type { Seed } from "./seed.ts";

const text = v.pipe(v.string(), v.nonEmpty("is empty; set a value or leave the field out"));
const texts = v.optional(v.array(text));
const flag = v.optional(v.boolean());
const guid = v.pipe(
  v.string(),
  v.regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, "is not a GUID; write 8-4-4-4-12 hexadecimal digits"),
);
const uris = v.optional(
  v.array(
    v.pipe(
      v.string(),
      v.check((value) => URL.canParse(value), "is not an absolute URI; begin it with https:// or a custom scheme"),
    ),
  ),
);
const instant = v.optional(
  v.pipe(
    v.string(),
    v.check((value) => Number.isFinite(Date.parse(value)), "is not a time; write it as 2027-01-31T00:00:00Z"),
  ),
);
const optionalText = v.optional(text);

const appRoles = v.optional(
  v.array(
    fields({
      value: text,
      id: v.optional(guid),
      displayName: optionalText,
      description: optionalText,
      allowedMemberTypes: v.optional(v.array(v.picklist(["Application", "User"]))),
    }),
  ),
);

const scopes = v.optional(
  v.array(
    fields({
      value: text,
      id: v.optional(guid),
      displayName: optionalText,
      description: optionalText,
      type: v.optional(v.picklist(["Admin", "User"])),
    }),
  ),
);

const user = fields({
  userPrincipalName: v.pipe(text, v.regex(/^[^@\s]+@[^@\s]+$/, "has no domain; write it as name@domain")),
  displayName: optionalText,
  id: v.optional(guid),
  password: optionalText,
  accountEnabled: flag,
  userType: v.optional(v.picklist(["Member", "Guest"])),
  givenName: optionalText,
  surname: optionalText,
  mail: optionalText,
  jobTitle: optionalText,
  department: optionalText,
  officeLocation: optionalText,
  companyName: optionalText,
  employeeId: optionalText,
  usageLocation: optionalText,
  preferredLanguage: optionalText,
  mobilePhone: optionalText,
  directoryRoles: texts,
});

const principal = { user: optionalText, group: optionalText, application: optionalText };

const group = fields({
  name: text,
  displayName: optionalText,
  id: v.optional(guid),
  description: optionalText,
  mail: optionalText,
  mailEnabled: flag,
  mailNickname: optionalText,
  securityEnabled: flag,
  groupTypes: texts,
  onPremisesSamAccountName: optionalText,
  onPremisesDomainName: optionalText,
  onPremisesNetBiosName: optionalText,
  members: v.optional(v.array(fields(principal))),
});

const application = fields({
  name: text,
  displayName: optionalText,
  clientId: v.optional(guid),
  description: optionalText,
  signInAudience: v.optional(v.picklist(["AzureADMyOrg", "AzureADMultipleOrgs", "AzureADandPersonalMicrosoftAccount"])),
  redirectUris: v.optional(fields({ web: uris, spa: uris, publicClient: uris })),
  logoutUrl: optionalText,
  allowPublicClient: flag,
  identifierUris: uris,
  requestedAccessTokenVersion: v.optional(v.picklist([1, 2])),
  appRoles,
  scopes,
  implicitGrant: v.optional(fields({ idTokens: flag, accessTokens: flag })),
  optionalClaims: v.optional(v.record(v.string(), v.unknown())),
  groupMembershipClaims: v.optional(
    v.pipe(
      v.string(),
      v.check(
        (value) => readGroupMembershipClaims(value) !== undefined,
        `is unknown; write one or more, separated by commas, of ${groupMembershipValues}`,
      ),
    ),
  ),
  permissions: v.optional(v.array(fields({ api: text, application: texts, delegated: texts }))),
  adminConsent: flag,
  secrets: v.optional(
    v.array(fields({ displayName: optionalText, value: optionalText, startDateTime: instant, endDateTime: instant })),
  ),
  federatedCredentials: v.optional(
    v.array(
      fields({
        name: text,
        issuer: text,
        subject: text,
        audience: optionalText,
        description: optionalText,
        keys: v.optional(v.record(v.string(), v.unknown())),
      }),
    ),
  ),
  certificates: v.optional(v.array(fields({ displayName: optionalText, pem: optionalText, file: optionalText }))),
  servicePrincipal: flag,
  enabled: flag,
  assignmentRequired: flag,
  assignments: v.optional(v.array(fields({ role: optionalText, ...principal }))),
});

const servicePrincipal = fields({
  appId: guid,
  displayName: optionalText,
  names: uris,
  appRoles,
  scopes,
  enabled: flag,
  assignmentRequired: flag,
});

const managedIdentity = fields({
  name: text,
  assignment: v.optional(v.picklist(["system", "user"])),
  resourceId: v.optional(
    v.pipe(
      v.string(),
      v.startsWith(
        "/subscriptions/",
        "is not an Azure resource id; begin it with /subscriptions/, or leave the field out",
      ),
    ),
  ),
  clientId: v.optional(guid),
  permissions: v.optional(v.array(fields({ api: text, application: texts }))),
});

/** The shape of a seed. Rules that need the directory are checked when the seed is applied. */
export const seedSchema: v.GenericSchema<unknown, Seed> = fields({
  tenant: v.optional(fields({ id: v.optional(guid), displayName: optionalText, domain: optionalText })),
  users: v.optional(v.array(user)),
  groups: v.optional(v.array(group)),
  applications: v.optional(v.array(application)),
  servicePrincipals: v.optional(v.array(servicePrincipal)),
  managedIdentities: v.optional(v.array(managedIdentity)),
});
