import { appService } from "./managedIdentity/appService.ts";
import { azureArc } from "./managedIdentity/azureArc.ts";
import { cloudShell } from "./managedIdentity/cloudShell.ts";
import { imds } from "./managedIdentity/imds.ts";
import { machineLearning } from "./managedIdentity/machineLearning.ts";
import { serviceFabric } from "./managedIdentity/serviceFabric.ts";
import type { ManagedIdentitySource } from "./managedIdentity/source.ts";

/** Every kind of Azure host whose managed identity endpoint the platform has. */
export const managedIdentitySources: readonly ManagedIdentitySource[] = [
  imds,
  appService,
  machineLearning,
  serviceFabric,
  azureArc,
  cloudShell,
];
