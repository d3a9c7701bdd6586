/** How many users a tenant has, as far as its quota depends on it. */
export type TenantSize = "small" | "medium" | "large";

/** What requests use up: how much, in how long, and of whom it is counted together. */
export interface Limit {
  readonly scope: "Tenant_Application" | "Application" | "Tenant";
  readonly counts: "units" | "writes";
  /** In `windowMs`: the bucket holds as much, and fills up in that time. */
  readonly quota: number | Readonly<Record<TenantSize, number>>;
  readonly windowMs: number;
  /** What the refusal calls it. `aadgraph.app.tenant_large` was seen; the others are formed like it. */
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
