import type { Directory } from "../directory.ts";
import { getSetting, putSetting } from "./tenants.ts";

/** What an administrator decides for all users of a tenant. */
export interface TenantPolicy {
  /** Whether users need a code in addition to their password. Default false. */
  readonly requiresSecondFactor: boolean;
  /** Whether users may consent to permissions that do not need an administrator. Default true. */
  readonly usersMayConsent: boolean;
  /** The user flows of the B2C authority `/{tenant}/{user flow}`. Default `B2C_1_susi`. */
  readonly userFlows: readonly string[];
  /** Whether tokens have the issuer of an External ID tenant, `https://{id}.ciamlogin.com/{id}/v2.0`. Default false. */
  readonly isExternalId: boolean;
}

const defaults: TenantPolicy = {
  requiresSecondFactor: false,
  usersMayConsent: true,
  userFlows: ["B2C_1_susi"],
  isExternalId: false,
};

export function tenantPolicy(directory: Directory, tenantId: string): TenantPolicy {
  return directory.memoize(`policy ${tenantId}`, () => {
    const text = getSetting(directory, `policy ${tenantId}`);
    return text === undefined ? defaults : { ...defaults, ...(JSON.parse(text) as Partial<TenantPolicy>) };
  });
}

export function changeTenantPolicy(directory: Directory, tenantId: string, changes: Partial<TenantPolicy>): void {
  const policy = { ...tenantPolicy(directory, tenantId), ...changes };
  putSetting(directory, `policy ${tenantId}`, JSON.stringify(policy));
}
