import { randomGuid } from "../../core/random.ts";
import type { Directory } from "../directory.ts";
import { addRoleMember } from "../directoryRoles/directoryRoles.ts";
import { globalAdministrator } from "../directoryRoles/roleTemplates.ts";
import { provisionTenant } from "../provisioning/provisionTenant.ts";
import { resetUserPassword } from "../users/userPasswords.ts";
import { createUser, type User } from "../users/users.ts";
import { displayNameLimit } from "../users/userTextLimits.ts";
import { findTenantByDomain, isDomainName, type Tenant } from "./tenants.ts";

export interface NewTenant {
  readonly displayName: string;
  /** The initial domain, such as `fabrikam.onmicrosoft.com`. */
  readonly domain: string;
}

/** The reason why nothing was changed: a sentence for users with the value and a remedy. */
export interface TenantProblem {
  readonly kind: "problem";
  readonly field: keyof NewTenant;
  readonly text: string;
}

export interface AddedTenant {
  readonly kind: "added";
  readonly tenant: Tenant;
  readonly administrator: User;
  /** The administrator's password. It cannot be shown again. */
  readonly password: string;
}

/**
 * The maximum number of characters after the `@` of a user name. @see
 * https://learn.microsoft.com/entra/identity/authentication/concept-sspr-policy#username-policies
 */
const domainLimit = 48;

/**
 * Adds a tenant with a Global Administrator, `admin` in the initial domain, and no other users or applications of its
 * own.
 */
export function addTenant(directory: Directory, { displayName, domain }: NewTenant): AddedTenant | TenantProblem {
  const name = domain.toLowerCase();
  return directory.database.transaction(() => {
    const problem = displayNameProblem(displayName) ?? domainProblem(directory, name);
    if (problem !== undefined) {
      return problem;
    }
    const tenant = provisionTenant(directory, {
      id: randomGuid(directory.random),
      displayName,
      createdMs: directory.clock.now(),
      domains: [name],
      objectIds: "new",
    });
    const administrator = createUser(directory, {
      tenantId: tenant.id,
      userPrincipalName: `admin@${name}`,
      displayName: "Administrator",
    });
    addRoleMember(directory, globalAdministrator.templateId, administrator.id);
    return { kind: "added", tenant, administrator, password: resetUserPassword(directory, administrator.id) };
  });
}

export function renameTenant(directory: Directory, id: string, displayName: string): TenantProblem | undefined {
  const problem = displayNameProblem(displayName);
  if (problem === undefined) {
    directory.database.run("UPDATE tenant SET displayName = ? WHERE id = ?", displayName, id);
  }
  return problem;
}

/** Adds a verified domain, for user names and identifier URIs. */
export function addTenantDomain(directory: Directory, id: string, domain: string): TenantProblem | undefined {
  const name = domain.toLowerCase();
  return directory.database.transaction(() => {
    const problem = domainProblem(directory, name);
    if (problem === undefined) {
      directory.database.run(
        "INSERT INTO tenantDomain (name, tenantId, isInitial, isDefault) VALUES (?, ?, 0, 0)",
        name,
        id,
      );
    }
    return problem;
  });
}

function displayNameProblem(displayName: string): TenantProblem | undefined {
  return displayName === "" || displayName.length > displayNameLimit
    ? {
        kind: "problem",
        field: "displayName",
        text: `Display name has ${displayName.length} characters. Use 1 to ${displayNameLimit}.`,
      }
    : undefined;
}

function domainProblem(directory: Directory, domain: string): TenantProblem | undefined {
  const problem = (text: string): TenantProblem => ({ kind: "problem", field: "domain", text });
  if (!isDomainName(domain)) {
    return problem(`${domain || "(empty)"} is not a domain name. Enter one like fabrikam.onmicrosoft.com.`);
  }
  if (domain.length > domainLimit) {
    return problem(
      `${domain} has ${domain.length} characters; a domain has at most ${domainLimit}, because user names end with it.`,
    );
  }
  const holder = findTenantByDomain(directory, domain);
  return holder === undefined
    ? undefined
    : problem(`${domain} is already a domain of ${holder.displayName}. Choose another one.`);
}
