import { isObject } from "../../runtime/json.ts";
import { type Entity, isWritable, type KeyedEntity, textOf } from "./entity.ts";

/** The tenant profiles of a user's accounts, by tenant. */
export function tenantProfilesByTenant(accounts: readonly KeyedEntity[]): Map<string, Entity> {
  const byTenant = new Map<string, Entity>();
  for (const tenantProfile of accounts.flatMap(tenantProfilesOf)) {
    const tenantId = textOf(tenantProfile, "tenantId");
    if (!byTenant.has(tenantId)) {
      byTenant.set(tenantId, tenantProfile);
    }
  }
  return byTenant;
}

/** MSAL Node's tenant profiles of an account: a list of JSON strings. */
export function tenantProfilesOf({ entity: { tenantProfiles } }: KeyedEntity): Entity[] {
  if (!Array.isArray(tenantProfiles)) {
    return [];
  }
  return tenantProfiles.flatMap((text: unknown) => {
    try {
      const profile: unknown = typeof text === "string" ? JSON.parse(text) : text;
      return isObject(profile) && isWritable(profile) ? [profile] : [];
    } catch {
      return [];
    }
  });
}
