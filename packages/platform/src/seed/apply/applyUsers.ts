import { addRoleMember } from "../../directory/directoryRoles/directoryRoles.ts";
import { directoryRoles } from "../../directory/directoryRoles/roleTemplates.ts";
import { setUserPassword, verifyUserPassword } from "../../directory/users/userPasswords.ts";
import { createUser, findUserByPrincipalName, updateUser } from "../../directory/users/users.ts";
import type { SeedUser } from "../seed.ts";
import { at, definedFields, type Seeding } from "./seeding.ts";

export function applyUsers(seeding: Seeding, users: readonly SeedUser[]): void {
  users.forEach((user, index) => {
    const path = ["users", index] as const;
    const userId = at(seeding, [...path, "userPrincipalName"], () => applyUser(seeding, user));
    applyPassword(seeding, userId, user.password);
    (user.directoryRoles ?? []).forEach((name, place) => {
      at(seeding, [...path, "directoryRoles", place], () => addRole(seeding, userId, name));
    });
  });
}

function applyUser({ directory, tenant }: Seeding, user: SeedUser): string {
  const { userPrincipalName, password: _, directoryRoles: __, id, ...rest } = user;
  const domain = userPrincipalName.split("@")[1]?.toLowerCase() ?? "";
  const domains = tenant.domains.map(({ name }) => name);
  if (!domains.includes(domain)) {
    throw new Error(`${domain} is not a domain of the tenant, which has ${domains.join(", ")}`);
  }
  const existing = findUserByPrincipalName(directory, userPrincipalName);
  if (existing === undefined) {
    return createUser(directory, {
      ...definedFields(rest),
      ...definedFields({ id: id?.toLowerCase() }),
      tenantId: tenant.id,
      userPrincipalName,
      displayName: user.displayName ?? userPrincipalName.split("@", 1)[0] ?? userPrincipalName,
    }).id;
  }
  if (id !== undefined && id.toLowerCase() !== existing.id) {
    throw new Error(`${userPrincipalName} already exists with id ${existing.id}; leave id out, or use that one`);
  }
  updateUser(directory, existing.id, definedFields(rest));
  return existing.id;
}

/** Hashes a password only if it changes, because hashing takes longer than everything else in a seed. */
function applyPassword({ directory }: Seeding, userId: string, password: string | undefined): void {
  if (password !== undefined && !verifyUserPassword(directory, userId, password)) {
    setUserPassword(directory, userId, password);
  }
}

function addRole({ directory }: Seeding, userId: string, name: string): void {
  const role = directoryRoles.find(({ templateId, displayName }) => [templateId, displayName].includes(name));
  if (role === undefined) {
    const known = directoryRoles.map(({ displayName }) => displayName).join(", ");
    throw new Error(`there is no directory role ${JSON.stringify(name)}; known roles are ${known}`);
  }
  addRoleMember(directory, role.templateId, userId);
}
