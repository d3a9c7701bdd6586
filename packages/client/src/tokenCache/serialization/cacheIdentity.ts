import { isPlaceholderAccountId } from "../../api/account.ts";
import { type Entity, textOf } from "./entity.ts";

/** Whose cache it is: what tells the application's own entries from those of others. */
export interface CacheIdentity {
  readonly clientId: string;
  readonly authority: {
    readonly kind: string;
    readonly environment: string;
    readonly url: string;
    readonly tenant: string | undefined;
  };
  /** Whether the authority stands for many tenants, such as `common`. */
  readonly isMultiTenant: boolean;
  /** Whether tokens serve beyond their end in an outage, as far as the service granted that. */
  readonly extendedTokenLifetime: boolean;
  /** The host that stands for all aliases of a sign-in host. */
  environmentOf(host: string): string;
  /** The one spelling of a home account id: Microsoft's are compared without case, the `sub` of other issuers with it. */
  fold(homeAccountId: string): string;
  /** The host under which the application's entries are kept, and the one that its requests go to. */
  cacheHost(): string;
  networkHost(): string;
  /** The ids of tenants that are named by a domain, as far as they are known. */
  readonly tenantIds: ReadonlyMap<string, string>;
}

export function isOwnEnvironment({ authority, environmentOf }: CacheIdentity, entity: Entity): boolean {
  return environmentOf(textOf(entity, "environment").toLowerCase()) === authority.environment;
}

export function isOwnClient({ clientId }: CacheIdentity, entity: Entity): boolean {
  return textOf(entity, "client_id").toLowerCase() === clientId.toLowerCase();
}

/** Whether an entry is of an account that stands for everybody: nobody is served from it. */
export function hasPlaceholderAccountId({ authority }: CacheIdentity, entity: Entity): boolean {
  return authority.kind === "b2c" && isPlaceholderAccountId(textOf(entity, "home_account_id"));
}

/** The realm of a tenant: for an authority that has none what MSAL takes for it, the first part of its path. */
export function realmOf({ authority }: CacheIdentity, tenant: string): string {
  return tenant === authority.url || tenant === "" ? (new URL(authority.url).pathname.split("/")[1] ?? "") : tenant;
}

/** The tenant of a home account id: what follows the first dot. */
export function homeTenantOf(homeAccountId: string): string | undefined {
  return /^[^.]+\.([^.]+)$/.exec(homeAccountId)?.[1];
}
