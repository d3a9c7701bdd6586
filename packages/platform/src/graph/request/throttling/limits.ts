/** The size class of a tenant, by its number of users. Quotas depend on it. */
export type TenantSize = "small" | "medium" | "large";

/** A limit: what is counted, for whom, and how much is allowed in a window. */
export interface Limit {
  readonly scope: "Tenant_Application" | "Application" | "Tenant";
  readonly counts: "units" | "writes";
  /** Per `windowMs`: the capacity of the bucket, which refills in that time. */
  readonly quota: number | Readonly<Record<TenantSize, number>>;
  readonly windowMs: number;
  /** The category in the error message. `aadgraph.app.tenant_large` was observed; the others follow its pattern. */
  readonly category: string;
}

/**
 * Data, to be corrected after a run against a real tenant.
 *
 * @see https://learn.microsoft.com/graph/throttling-limits#identity-and-access-service-limits
 */
export const limits: readonly Limit[] = [
  {
    scope: "Tenant_Application",
    counts: "units",
    quota: { small: 3_500, medium: 5_000, large: 8_000 },
    windowMs: 10_000,
    category: "aadgraph.app.tenant_{size}",
  },
  {
    scope: "Tenant_Application",
    counts: "writes",
    quota: 3_000,
    windowMs: 150_000,
    category: "aadgraph.app.tenant.write",
  },
  { scope: "Application", counts: "units", quota: 150_000, windowMs: 20_000, category: "aadgraph.app" },
  { scope: "Application", counts: "writes", quota: 70_000, windowMs: 300_000, category: "aadgraph.app.write" },
  { scope: "Tenant", counts: "writes", quota: 18_000, windowMs: 300_000, category: "aadgraph.tenant.write" },
];

export function tenantSize(hasMoreUsersThan: (count: number) => boolean): TenantSize {
  if (hasMoreUsersThan(500)) {
    return "large";
  }
  return hasMoreUsersThan(49) ? "medium" : "small";
}
