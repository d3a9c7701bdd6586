import { GraphError } from "../graphErrors/graphError.ts";
import type { Charged, ExceededLimit } from "./throttling.ts";

/** The 429 of a request that was too much for a limit. */
export function throttled({ clientId, tenantId }: Charged, exceeded: ExceededLimit): GraphError {
  const { limit, quota, size, retryAfterSeconds } = exceeded;
  const { scope, counts, windowMs } = limit;
  const isWrite = counts === "writes";
  const identifiers = {
    Tenant_Application: `${clientId}+${tenantId}`,
    Application: clientId,
    Tenant: tenantId,
  };
  const whose = {
    Tenant_Application: `application ${clientId} may use in this tenant`,
    Application: `application ${clientId} may use in all tenants`,
    Tenant: "all applications together may use in this tenant",
  };
  const amount = `${quota} ${isWrite ? "writes" : "resource units"} in ${windowMs / 1000} s`;
  return new GraphError(
    "throttled",
    { identifier: identifiers[scope], category: limit.category.replace("{size}", size) },
    {
      why: `more than the ${amount} that ${whose[scope]}; ask again in ${retryAfterSeconds} s`,
      headers: {
        "retry-after": String(retryAfterSeconds),
        "x-ms-throttle-scope": `${scope}/${isWrite ? "Write" : "ReadWrite"}/${clientId}/${tenantId}`,
        "x-ms-throttle-information": isWrite ? "WriteLimitExceeded" : "ResourceUnitLimitExceeded",
      },
    },
  );
}
