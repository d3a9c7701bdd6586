import type { ServicePrincipal } from "../../directory/servicePrincipals/servicePrincipals.ts";
import { azureResourceManagerAppId, microsoftGraphAppId } from "../../directory/wellKnown.ts";

/** Access tokens look different for Graph, for Azure Resource Manager, and for any other API by version. */
export type AccessTokenProfile = "graph" | "arm" | "api1" | "api2";

/** Which profiles a row of a claim table is for. */
export const profiles: Readonly<
  Record<"all" | "version1" | "version2" | "microsoft" | "graph", readonly AccessTokenProfile[]>
> = {
  all: ["graph", "arm", "api1", "api2"],
  version1: ["graph", "arm", "api1"],
  version2: ["api2"],
  microsoft: ["graph", "arm"],
  graph: ["graph"],
};

/** The profile of a token for a resource. */
export function accessTokenProfile(resource: ServicePrincipal, version: 1 | 2): AccessTokenProfile {
  switch (resource.appId) {
    case microsoftGraphAppId:
      return "graph";
    case azureResourceManagerAppId:
      return "arm";
    default:
      return version === 1 ? "api1" : "api2";
  }
}
