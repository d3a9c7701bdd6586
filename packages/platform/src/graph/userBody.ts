import type { Json } from "../directory/applicationProperties.ts";
import type { Directory } from "../directory/directory.ts";
import type { Tenant } from "../directory/tenants.ts";
import { findUserByPrincipalName, type User } from "../directory/users.ts";
import {
  type BodyRules,
  isArrayOf,
  isBoolean,
  isObject,
  isOneOf,
  isText,
  isTextOrNull,
  refuseBody,
  refuseMissing,
} from "./bodyRules.ts";
import { type Fault, fault } from "./faults.ts";
import type { JsonObject } from "./route.ts";
import { userType } from "./userType.ts";

const required = ["accountEnabled", "displayName", "mailNickname", "passwordProfile", "userPrincipalName"];
const ascii = /^[\x21-\x7e]+$/;

const writable: BodyRules = {
  accountEnabled: isBoolean,
  businessPhones: isArrayOf(isText(64), 1),
  city: isTextOrNull(128),
  companyName: isTextOrNull(64),
  country: isTextOrNull(128),
  department: isTextOrNull(64),
  displayName: isText(256, 1),
  employeeId: isTextOrNull(16),
  givenName: isTextOrNull(64),
  jobTitle: isTextOrNull(128),
  mail: (value) => value === null || (isText(256)(value) && isAddress(value)),
  mailNickname: (value) => isText(64, 1)(value) && ascii.test(value) && !/[@()\\[\]";:<>,]/.test(value),
  mobilePhone: isTextOrNull(64),
  officeLocation: isTextOrNull(128),
  otherMails: isArrayOf((value: Json): value is string => isText(250)(value) && isAddress(value), 250),
  passwordProfile: isPasswordProfile,
  postalCode: isTextOrNull(40),
  preferredLanguage: isTextOrNull(100),
  state: isTextOrNull(128),
  streetAddress: isTextOrNull(1024),
  surname: isTextOrNull(64),
  usageLocation: (value) => value === null || (typeof value === "string" && /^[A-Z]{2}$/i.test(value)),
  userPrincipalName: isPrincipalName,
  userType: isOneOf("Member", "Guest"),
  ...Object.fromEntries(
    ["id", "createdDateTime", "proxyAddresses", "deletedDateTime", "identities", "imAddresses", "assignedLicenses"].map(
      (name) => [name, "readOnly" as const],
    ),
  ),
};

/** What a POST or PATCH of a user sets. The password is apart: it is never stored with the properties. */
export interface UserChanges {
  readonly kind: "changes";
  readonly properties: Partial<User>;
  readonly password: string | undefined;
}

/** The checked properties of a new user. */
export function readNewUser(directory: Directory, tenant: Tenant, body: JsonObject): UserChanges | Fault {
  return refuseMissing(body, userType.resource, required) ?? readUserChanges(directory, tenant, body, undefined);
}

/** The checked changes to the user with this id; without one, to a user still to be made. */
export function readUserChanges(
  directory: Directory,
  tenant: Tenant,
  body: JsonObject,
  id: string | undefined,
): UserChanges | Fault {
  const refused =
    refuseBody(body, userType.resource, writable) ??
    refusePrincipalName(directory, tenant, body["userPrincipalName"], id);
  if (refused !== undefined) {
    return refused;
  }
  const profile = body["passwordProfile"];
  const password = isObject(profile) && typeof profile["password"] === "string" ? profile["password"] : undefined;
  if (password === undefined ? id === undefined : !isStrong(password)) {
    return fault("weakPassword", {}, { why: "a password needs 8 characters of 3 kinds: a-z, A-Z, 0-9, others" });
  }
  const { passwordProfile: _, ...rest } = body;
  const properties = Object.entries(rest).filter(([name]) => !name.includes("@"));
  return { kind: "changes", properties: Object.fromEntries(properties), password };
}

function refusePrincipalName(
  directory: Directory,
  tenant: Tenant,
  name: Json | undefined,
  id: string | undefined,
): Fault | undefined {
  if (typeof name !== "string") {
    return undefined;
  }
  const domain = name.slice(name.lastIndexOf("@") + 1).toLowerCase();
  if (!tenant.domains.some((verified) => verified.name.toLowerCase() === domain)) {
    const names = tenant.domains.map((verified) => verified.name).join(", ");
    return fault(
      "unverifiedDomain",
      {},
      {
        why: `${domain} is not a verified domain of the tenant; it has ${names}`,
        details: [{ code: "InvalidValue", target: "userPrincipalName" }],
      },
    );
  }
  const holder = findUserByPrincipalName(directory, name);
  return holder === undefined || holder.id === id
    ? undefined
    : fault(
        "duplicateValue",
        { property: "userPrincipalName" },
        {
          details: [
            { code: "ObjectConflict", target: "userPrincipalName" },
            { code: "ConflictingObjects", target: `User_${holder.id}` },
          ],
        },
      );
}

/** @see https://learn.microsoft.com/entra/identity/authentication/concept-sspr-policy#username-policies */
function isPrincipalName(value: Json): boolean {
  return isText(113, 3)(value) && /^[A-Za-z0-9'._!#^~$&+-]+@[A-Za-z0-9.-]+$/.test(value) && !/^\.|\.@/.test(value);
}

function isAddress(text: string): boolean {
  return /^[^\s@]+@[^\s@]+$/.test(text);
}

function isPasswordProfile(value: Json): boolean {
  return (
    isObject(value) &&
    Object.entries(value).every(([name, entry]) => {
      switch (name) {
        case "password":
          return typeof entry === "string";
        case "forceChangePasswordNextSignIn":
        case "forceChangePasswordNextSignInWithMfa":
          return typeof entry === "boolean";
        default:
          return name.includes("@");
      }
    })
  );
}

/** Three of four kinds of characters, 8 to 256 of them. */
function isStrong(password: string): boolean {
  const classes = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/].filter((kind) => kind.test(password)).length;
  return password.length >= 8 && password.length <= 256 && classes >= 3;
}
