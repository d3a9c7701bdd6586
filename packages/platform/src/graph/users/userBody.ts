import type { Json } from "../../directory/applications/applicationProperties.ts";
import type { Directory } from "../../directory/directory.ts";
import type { Tenant } from "../../directory/tenants/tenants.ts";
import { findPrincipalNameProblem, isPrincipalName } from "../../directory/users/userPrincipalName.ts";
import type { User } from "../../directory/users/users.ts";
import { displayNameLimit, userTextLimits } from "../../directory/users/userTextLimits.ts";
import {
  type BodyRules,
  checkBody,
  isArrayOf,
  isBoolean,
  isObject,
  isOneOf,
  isText,
  isTextOrNull,
  requireProperties,
} from "../collection/bodyRules.ts";
import { GraphError } from "../request/graphErrors/graphError.ts";
import type { JsonObject } from "../request/route.ts";
import { userType } from "./userType.ts";

const required = ["accountEnabled", "displayName", "mailNickname", "passwordProfile", "userPrincipalName"];
const ascii = /^[\x21-\x7e]+$/;

const writable: BodyRules = {
  ...Object.fromEntries(Object.entries(userTextLimits).map(([name, limit]) => [name, isTextOrNull(limit)])),
  accountEnabled: isBoolean,
  businessPhones: isArrayOf(isText(64), 1),
  displayName: isText(displayNameLimit, 1),
  mail: (value) => value === null || (isText(256)(value) && isEmailAddress(value)),
  mailNickname: (value) => isText(64, 1)(value) && ascii.test(value) && !/[@()\\[\]";:<>,]/.test(value),
  otherMails: isArrayOf((value: Json): value is string => isText(250)(value) && isEmailAddress(value), 250),
  passwordProfile: isPasswordProfile,
  usageLocation: (value) => value === null || (typeof value === "string" && /^[A-Z]{2}$/i.test(value)),
  userPrincipalName: (value) => typeof value === "string" && isPrincipalName(value),
  userType: isOneOf("Member", "Guest"),
  ...Object.fromEntries(
    ["id", "createdDateTime", "proxyAddresses", "deletedDateTime", "identities", "imAddresses", "assignedLicenses"].map(
      (name) => [name, "readOnly" as const],
    ),
  ),
};

/** What a POST or PATCH of a user sets. The password is separate: it is never stored with the properties. */
export interface UserChanges {
  readonly properties: Partial<User>;
  readonly password: string | undefined;
}

/** Returns the checked properties of a new user. */
export function readNewUser(directory: Directory, tenant: Tenant, body: JsonObject): UserChanges {
  requireProperties(body, userType.resource, required);
  return readUserChanges(directory, tenant, body, undefined);
}

/** Returns the checked changes to the user with this id; without an id, to a user about to be created. */
export function readUserChanges(
  directory: Directory,
  tenant: Tenant,
  body: JsonObject,
  id: string | undefined,
): UserChanges {
  checkBody(body, userType.resource, writable);
  checkPrincipalName(directory, tenant, body["userPrincipalName"], id);
  const profile = body["passwordProfile"];
  const password = isObject(profile) && typeof profile["password"] === "string" ? profile["password"] : undefined;
  if (password === undefined ? id === undefined : !isStrong(password)) {
    throw new GraphError(
      "weakPassword",
      {},
      { reason: "a password needs at least 8 characters of 3 kinds: a-z, A-Z, 0-9, others" },
    );
  }
  const { passwordProfile: _, ...rest } = body;
  const properties = Object.entries(rest).filter(([name]) => !name.includes("@"));
  return { properties: Object.fromEntries(properties), password };
}

function checkPrincipalName(
  directory: Directory,
  tenant: Tenant,
  name: Json | undefined,
  id: string | undefined,
): void {
  const problem = typeof name === "string" ? findPrincipalNameProblem(directory, tenant, name, id) : undefined;
  switch (problem?.kind) {
    case "unverifiedDomain":
      throw new GraphError(
        "unverifiedDomain",
        {},
        {
          reason: `${problem.domain} is not a verified domain of the tenant; it has ${problem.verified.join(", ")}`,
          details: [{ code: "InvalidValue", target: "userPrincipalName" }],
        },
      );
    case "taken":
      throw new GraphError(
        "duplicateValue",
        { property: "userPrincipalName" },
        {
          details: [
            { code: "ObjectConflict", target: "userPrincipalName" },
            { code: "ConflictingObjects", target: `User_${problem.holder.id}` },
          ],
        },
      );
  }
}

function isEmailAddress(text: string): boolean {
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

/** Whether it has 8 to 256 characters of at least three of four kinds. */
function isStrong(password: string): boolean {
  const classes = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/].filter((kind) => kind.test(password)).length;
  return password.length >= 8 && password.length <= 256 && classes >= 3;
}
