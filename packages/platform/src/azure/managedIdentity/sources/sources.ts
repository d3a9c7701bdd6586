import { appService } from "./appService.ts";
import { azureArc } from "./azureArc.ts";
import { cloudShell } from "./cloudShell.ts";
import { imds } from "./imds.ts";
import { machineLearning } from "./machineLearning.ts";
import { serviceFabric } from "./serviceFabric.ts";
import type { ManagedIdentitySource } from "./source.ts";

/** Every kind of Azure host for which the platform has a managed identity endpoint. */
export const managedIdentitySources: readonly ManagedIdentitySource[] = [
  imds,
  appService,
  machineLearning,
  serviceFabric,
  azureArc,
  cloudShell,
];
