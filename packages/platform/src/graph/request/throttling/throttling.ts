import type { Clock } from "../../../core/clock.ts";
import type { Restorable } from "../../../core/restorable.ts";
import type { Directory } from "../../../directory/directory.ts";
import { hasMoreUsersThan } from "../../../directory/users/users.ts";
import { GraphError } from "../graphErrors/graphError.ts";
import { type Limit, limits, type TenantSize, tenantSize } from "./limits.ts";

/** What a request costs. */
export interface Cost {
  readonly units: number;
  readonly writes: number;
}

/** The client and tenant that a request is counted for. */
export interface Requester {
  readonly clientId: string;
  readonly tenantId: string;
}

/** The outcome of charging a request: how full the fullest bucket is, and which limit was exceeded. */
export interface Charge {
  /** 1 means that the limit is reached. */
  readonly usedShare: number;
  readonly exceeded: ExceededLimit | undefined;
}

export interface ExceededLimit {
  readonly limit: Limit;
  readonly quota: number;
  readonly size: TenantSize;
  readonly retryAfterSeconds: number;
}

/** Counts the requests of applications to Graph. */
export interface Throttling extends Restorable {
  charge(requester: Requester, cost: Cost): Charge;
}

interface Bucket {
  /** The used amount multiplied by the window in milliseconds, so that it stays an integer. */
  readonly level: number;
  readonly atMs: number;
}

/** Refused requests count as well, up to this share. */
const maxShare = 1.8;

/**
 * Opens token buckets that use the platform's clock. Every request is charged, even when it is refused: a client that
 * retries at once waits longer.
 *
 * @see https://learn.microsoft.com/graph/throttling#best-practices-to-handle-throttling
 */
export function openThrottling(directory: Directory, clock: Clock): Throttling {
  const buckets = new Map<string, Bucket>();

  return {
    charge(requester, cost) {
      const nowMs = clock.now();
      const size = tenantSize((count) => hasMoreUsersThan(directory, requester.tenantId, count));
      let usedShare = 0;
      let exceeded: ExceededLimit | undefined;
      for (const limit of limits) {
        const added = cost[limit.counts] * limit.windowMs;
        if (added === 0) {
          continue;
        }
        const quota = typeof limit.quota === "number" ? limit.quota : limit.quota[size];
        const full = quota * limit.windowMs;
        const key = keyOf(limit, requester);
        const level = Math.min(remaining(buckets.get(key), quota, nowMs) + added, full * maxShare);
        buckets.set(key, { level, atMs: nowMs });
        usedShare = Math.max(usedShare, level / full);
        if (level > full) {
          const retryAfterSeconds = Math.ceil((level + added - full) / quota / 1000);
          exceeded ??= { limit, quota, size, retryAfterSeconds };
        }
      }
      return { usedShare, exceeded };
    },
    save() {
      const saved = [...buckets];
      return () => {
        buckets.clear();
        for (const [key, bucket] of saved) {
          buckets.set(key, bucket);
        }
      };
    },
  };
}

function keyOf({ scope, counts }: Limit, { clientId, tenantId }: Requester): string {
  switch (scope) {
    case "Tenant_Application":
      return `${counts}/${clientId}/${tenantId}`;
    case "Application":
      return `${counts}/${clientId}/`;
    case "Tenant":
      return `${counts}//${tenantId}`;
  }
}

/** Setting the clock back does not refill the bucket. */
function remaining(bucket: Bucket | undefined, quota: number, nowMs: number): number {
  return bucket === undefined ? 0 : Math.max(0, bucket.level - Math.max(0, nowMs - bucket.atMs) * quota);
}

/** Returns the 429 for a request that exceeds a limit. */
export function throttledError({ clientId, tenantId }: Requester, exceeded: ExceededLimit): GraphError {
  const { limit, quota, size, retryAfterSeconds } = exceeded;
  const { scope, counts, windowMs } = limit;
  const isWrite = counts === "writes";
  const identifiers = {
    Tenant_Application: `${clientId}+${tenantId}`,
    Application: clientId,
    Tenant: tenantId,
  };
  const allowances = {
    Tenant_Application: `application ${clientId} may use in this tenant`,
    Application: `application ${clientId} may use in all tenants`,
    Tenant: "all applications together may use in this tenant",
  };
  const amount = `${quota} ${isWrite ? "writes" : "resource units"} in ${windowMs / 1000} s`;
  return new GraphError(
    "throttled",
    { identifier: identifiers[scope], category: limit.category.replace("{size}", size) },
    {
      reason: `more than the ${amount} that ${allowances[scope]}; try again in ${retryAfterSeconds} s`,
      headers: {
        "retry-after": String(retryAfterSeconds),
        "x-ms-throttle-scope": `${scope}/${isWrite ? "Write" : "ReadWrite"}/${clientId}/${tenantId}`,
        "x-ms-throttle-information": isWrite ? "WriteLimitExceeded" : "ResourceUnitLimitExceeded",
      },
    },
  );
}
