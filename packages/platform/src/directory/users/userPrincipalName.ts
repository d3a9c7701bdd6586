import type { Directory } from "../directory.ts";
import type { Tenant } from "../tenants/tenants.ts";
import { findUserByPrincipalName, type User } from "./users.ts";

/** The reason why a user cannot have a user principal name. */
export type PrincipalNameProblem =
  | { readonly kind: "unverifiedDomain"; readonly domain: string; readonly verified: readonly string[] }
  | { readonly kind: "taken"; readonly holder: User };

/** @see https://learn.microsoft.com/entra/identity/authentication/concept-sspr-policy#username-policies */
export function isPrincipalName(text: string): boolean {
  return (
    text.length >= 3 &&
    text.length <= 113 &&
    /^[A-Za-z0-9'._!#^~$&+-]+@[A-Za-z0-9.-]+$/.test(text) &&
    !/^\.|\.@/.test(text)
  );
}

/**
 * Returns why the user with this id, or a user about to be created, cannot have the name in the tenant; `undefined`
 * when they can.
 */
export function findPrincipalNameProblem(
  directory: Directory,
  tenant: Tenant,
  name: string,
  id: string | undefined,
): PrincipalNameProblem | undefined {
  const domain = name.slice(name.lastIndexOf("@") + 1).toLowerCase();
  if (!tenant.domains.some((verified) => verified.name.toLowerCase() === domain)) {
    return { kind: "unverifiedDomain", domain, verified: tenant.domains.map((verified) => verified.name) };
  }
  const holder = findUserByPrincipalName(directory, name);
  return holder === undefined || holder.id === id ? undefined : { kind: "taken", holder };
}
