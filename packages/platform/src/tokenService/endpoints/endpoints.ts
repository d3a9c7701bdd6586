import { grants } from "../grants/grants.ts";
import type { Endpoint } from "./endpoint.ts";
import { instanceDiscovery } from "./instanceDiscovery.ts";
import { keysOfUserFlow, keysVersion1, keysVersion2 } from "./keys.ts";
import { openIdConfigurationVersion1, openIdConfigurationVersion2 } from "./openIdConfiguration.ts";
import { tokenEndpoints } from "./token.ts";
import { userFlowDiscovery } from "./userFlowDiscovery.ts";

/** What every program that gets a token requests. Loaded when the platform starts, so nothing here has a page. */
export const endpoints: readonly Endpoint[] = [
  ...tokenEndpoints(grants),
  openIdConfigurationVersion2,
  openIdConfigurationVersion1,
  userFlowDiscovery,
  keysVersion2,
  keysVersion1,
  keysOfUserFlow,
  instanceDiscovery,
];
