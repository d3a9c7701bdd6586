import type { Directory } from "./directory.ts";
import { getSetting, putSetting } from "./tenants.ts";

/** What an administrator decides for everybody in a tenant. */
export interface TenantPolicy {
  /** Whether users sign in with a code beside their password. Default false. */
  readonly requiresSecondFactor: boolean;
  /** Whether users may consent to permissions that do not need an administrator. Default true. */
  readonly usersMayConsent: boolean;
}

const defaults: TenantPolicy = { requiresSecondFactor: false, usersMayConsent: true };

export function tenantPolicy(directory: Directory, tenantId: string): TenantPolicy {
  const text = getSetting(directory, `policy ${tenantId}`);
  return text === undefined ? defaults : { ...defaults, ...(JSON.parse(text) as Partial<TenantPolicy>) };
}

export function changeTenantPolicy(directory: Directory, tenantId: string, changes: Partial<TenantPolicy>): void {
  const policy = { ...tenantPolicy(directory, tenantId), ...changes };
  putSetting(directory, `policy ${tenantId}`, JSON.stringify(policy));
}
