import { Refusal } from "../aadsts/aadsts.ts";
import { isGuid } from "../core/guid.ts";
import type { Directory } from "../directory/directory.ts";
import { findTenantByDomain, getTenant, type Tenant } from "../directory/tenants/tenants.ts";

export type TenantAlias = "common" | "organizations" | "consumers";

/** The tenant of all personal accounts. */
export const consumersTenantId = "9188040d-6c67-4c5b-b112-36a304b66dad";

export type ResolvedTenant =
  | { readonly kind: "tenant"; readonly tenant: Tenant }
  | { readonly kind: "alias"; readonly alias: TenantAlias }
  | { readonly kind: "unknown" }
  /** Neither a GUID nor a domain name. */
  | { readonly kind: "malformed" };

/** Resolves the first segment of a path: the id or a domain of a tenant, or a shared name. */
export function resolveTenant(directory: Directory, segment: string): ResolvedTenant {
  const lower = segment.toLowerCase();
  if (lower === "common" || lower === "organizations" || lower === "consumers") {
    return { kind: "alias", alias: lower };
  }
  if (lower === consumersTenantId) {
    return { kind: "alias", alias: "consumers" };
  }
  if (!isGuid(lower) && !lower.includes(".")) {
    return { kind: "malformed" };
  }
  const tenant = isGuid(lower) ? getTenant(directory, lower) : findTenantByDomain(directory, lower);
  return tenant === undefined ? { kind: "unknown" } : { kind: "tenant", tenant };
}

/** For requests that need one tenant, such as those to the token endpoint. */
export function requireTenant(resolved: ResolvedTenant, segment: string): Tenant {
  switch (resolved.kind) {
    case "tenant":
      return resolved.tenant;
    case "alias":
      throw new Refusal("50059", {}, `/${resolved.alias} is no tenant; put a tenant id or domain in the path`);
    case "malformed":
      throw new Refusal(
        "900023",
        { tenant: segment },
        `"${segment}" is neither a tenant id (a GUID) nor a domain; the path must begin with one of them`,
      );
    case "unknown":
      throw new Refusal(
        "90002",
        { tenant: segment },
        `no tenant "${segment}" exists on this platform; check id and domain`,
      );
  }
}
