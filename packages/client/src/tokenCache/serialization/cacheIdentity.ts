import { isPlaceholderAccountId } from "../../api/account.ts";
import { type Entity, textOf } from "./entity.ts";

/** The owner of a cache: distinguishes the application's own entries from others. */
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
  /** Whether expired tokens may be used during an outage for as long as the service granted. */
  readonly extendedTokenLifetime: boolean;
  /** The host that stands for all aliases of a sign-in host. */
  environmentOf(host: string): string;
  /** The canonical form of a home account id: Microsoft's ignore case, the `sub` of other issuers does not. */
  fold(homeAccountId: string): string;
  /** The host that the application's entries are cached under, and the one that its requests go to. */
  cacheHost(): string;
  networkHost(): string;
  /** The known ids of tenants that are given by domain. */
  readonly tenantIds: ReadonlyMap<string, string>;
}

export function isOwnEnvironment({ authority, environmentOf }: CacheIdentity, entity: Entity): boolean {
  return environmentOf(textOf(entity, "environment").toLowerCase()) === authority.environment;
}

export function isOwnClient({ clientId }: CacheIdentity, entity: Entity): boolean {
  return textOf(entity, "client_id").toLowerCase() === clientId.toLowerCase();
}

/** Whether an entry belongs to a placeholder account shared by all users: it is never used. */
export function hasPlaceholderAccountId({ authority }: CacheIdentity, entity: Entity): boolean {
  return authority.kind === "b2c" && isPlaceholderAccountId(textOf(entity, "home_account_id"));
}

/** The realm of a tenant; if the authority has no tenant, the first part of its path, like MSAL. */
export function realmOf({ authority }: CacheIdentity, tenant: string): string {
  return tenant === authority.url || tenant === "" ? (new URL(authority.url).pathname.split("/")[1] ?? "") : tenant;
}

/** The tenant of a home account id: what follows the first dot. */
export function homeTenantOf(homeAccountId: string): string | undefined {
  return /^[^.]+\.([^.]+)$/.exec(homeAccountId)?.[1];
}
