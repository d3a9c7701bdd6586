import { randomGuid } from "../../core/random.ts";
import { numberColumn, type Row, type SqlValue, textColumn } from "../../storage/database.ts";
import { type Directory, isoSeconds } from "../directory.ts";
import { storeDeleted } from "../directoryObjects/deletedObjects.ts";
import { removePrincipalReferences } from "../directoryObjects/removeReferences.ts";
import { type Page, type PageRequest, readPage } from "../paging.ts";

/** A user with Graph's properties. `null` is Graph's value for "not set". */
export interface User {
  readonly id: string;
  readonly tenantId: string;
  readonly userPrincipalName: string;
  readonly displayName: string;
  readonly accountEnabled: boolean;
  readonly mailNickname: string;
  readonly userType: "Member" | "Guest";
  /** ISO 8601 in UTC, whole seconds. */
  readonly createdDateTime: string;
  readonly businessPhones: readonly string[];
  readonly givenName: string | null;
  readonly surname: string | null;
  readonly jobTitle: string | null;
  readonly mail: string | null;
  readonly mobilePhone: string | null;
  readonly officeLocation: string | null;
  readonly preferredLanguage: string | null;
  readonly department: string | null;
  readonly companyName: string | null;
  readonly employeeId: string | null;
  readonly city: string | null;
  readonly state: string | null;
  readonly country: string | null;
  readonly postalCode: string | null;
  readonly streetAddress: string | null;
  readonly usageLocation: string | null;
  readonly otherMails: readonly string[];
  readonly proxyAddresses: readonly string[];
}

export type UserOrder = "id" | "displayName" | "userPrincipalName";

/** The required properties of a new user. The others start unset. */
export type NewUser = Pick<User, "tenantId" | "userPrincipalName" | "displayName"> & Partial<User>;

const userDefaults: Omit<
  User,
  "id" | "tenantId" | "userPrincipalName" | "displayName" | "mailNickname" | "createdDateTime"
> = {
  accountEnabled: true,
  userType: "Member",
  businessPhones: [],
  givenName: null,
  surname: null,
  jobTitle: null,
  mail: null,
  mobilePhone: null,
  officeLocation: null,
  preferredLanguage: null,
  department: null,
  companyName: null,
  employeeId: null,
  city: null,
  state: null,
  country: null,
  postalCode: null,
  streetAddress: null,
  usageLocation: null,
  otherMails: [],
  proxyAddresses: [],
};

export function createUser(directory: Directory, properties: NewUser): User {
  const createdMs = directory.clock.now();
  const user: User = {
    ...userDefaults,
    id: randomGuid(directory.random),
    mailNickname: properties.userPrincipalName.split("@", 1)[0] ?? "",
    createdDateTime: isoSeconds(createdMs),
    ...properties,
  };
  directory.database.run(
    `INSERT INTO user (tenantId, userPrincipalName, displayName, mail, mailNickname, document, createdMs, id)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ...columns(user),
    createdMs,
    user.id,
  );
  return user;
}

export function getUser(directory: Directory, id: string): User | undefined {
  const row = directory.database.get("SELECT * FROM user WHERE id = ?", id.toLowerCase());
  return row === undefined ? undefined : readUser(row);
}

/** By user principal name, ignoring case. Names are unique across tenants because domains are. */
export function findUserByPrincipalName(directory: Directory, userPrincipalName: string): User | undefined {
  const row = directory.database.get("SELECT * FROM user WHERE userPrincipalName = ?", userPrincipalName);
  return row === undefined ? undefined : readUser(row);
}

/** Replaces the given properties. Returns `undefined` when there is no such user. */
export function updateUser(
  directory: Directory,
  id: string,
  changes: Partial<Omit<User, "id" | "tenantId" | "createdDateTime">>,
): User | undefined {
  return directory.database.transaction(() => {
    const current = getUser(directory, id);
    if (current === undefined) {
      return undefined;
    }
    const user: User = { ...current, ...changes };
    directory.database.run(
      `UPDATE user SET tenantId = ?, userPrincipalName = ?, displayName = ?, mail = ?, mailNickname = ?, document = ?
       WHERE id = ?`,
      ...columns(user),
      user.id,
    );
    return user;
  });
}

/**
 * Deletes the user with all memberships and app role assignments. The user can be restored for 30 days. Returns false
 * when there is no such user.
 */
export function deleteUser(directory: Directory, id: string): boolean {
  return directory.database.transaction(() => {
    const user = getUser(directory, id);
    if (user === undefined) {
      return false;
    }
    storeDeleted(directory, "user", user);
    removePrincipalReferences(directory, id);
    return directory.database.run("DELETE FROM user WHERE id = ?", id) > 0;
  });
}

export function listUsers(directory: Directory, tenantId: string, request: PageRequest<UserOrder>): Page<User> {
  return readPage(directory, "user", tenantId, request, readUser);
}

/** Stops counting as soon as the result is known. */
export function hasMoreUsersThan(directory: Directory, tenantId: string, count: number): boolean {
  return (
    directory.database.get("SELECT 1 FROM user WHERE tenantId = ? LIMIT 1 OFFSET ?", tenantId, count) !== undefined
  );
}

export function countUsers(directory: Directory, tenantId: string): number {
  return numberColumn(directory.database.get("SELECT count(*) AS n FROM user WHERE tenantId = ?", tenantId) ?? {}, "n");
}

function columns(user: User): SqlValue[] {
  const { id: _, ...document } = user;
  return [
    user.tenantId,
    user.userPrincipalName,
    user.displayName,
    user.mail,
    user.mailNickname,
    JSON.stringify(document),
  ];
}

function readUser(row: Row): User {
  const document = JSON.parse(textColumn(row, "document")) as Omit<User, "id">;
  return { ...document, id: textColumn(row, "id") };
}
