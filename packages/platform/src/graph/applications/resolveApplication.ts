import { isGuid } from "../../core/guid.ts";
import type { Application } from "../../directory/applications/applicationProperties.ts";
import { findApplicationByAppId, getApplication } from "../../directory/applications/applications.ts";
import { requireOwnership } from "../directoryObjects/ownership.ts";
import { GraphError } from "../request/graphErrors/graphError.ts";
import type { GraphRequest } from "../request/route.ts";

/** Returns the application of `/applications/{object id}` or `/applications(appId='{client id}')`. */
export function resolveApplication({ directory, tenant, keys }: GraphRequest): Application {
  const { property, value } = keys[0] ?? { property: "id", value: "" };
  const byClientId = property.toLowerCase() === "appid";
  if (!isGuid(value) || (property !== "id" && !byClientId)) {
    throw new GraphError("invalidId", { id: value }, { reason: `${value} is not an object id (a GUID)` });
  }
  const application = byClientId ? findApplicationByAppId(directory, value) : getApplication(directory, value);
  if (application?.tenantId === tenant.id) {
    return application;
  }
  const isClientId = !byClientId && findApplicationByAppId(directory, value)?.tenantId === tenant.id;
  const hint = isClientId ? `; it is a client id: use /applications(appId='${value}')` : "";
  throw new GraphError(
    "notFound",
    { id: value },
    { reason: `the tenant has no application with the ${byClientId ? "client id" : "object id"} ${value}${hint}` },
  );
}

/**
 * As `resolveApplication`, for writing: with Application.ReadWrite.OwnedBy alone, the caller must own the application.
 */
export function resolveWritableApplication(request: GraphRequest): Application {
  const application = resolveApplication(request);
  requireOwnership(request, application.id);
  return application;
}
