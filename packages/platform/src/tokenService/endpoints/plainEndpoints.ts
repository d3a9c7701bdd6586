import type { PlainEndpoint } from "./endpoint.ts";
import { instanceDiscovery } from "./instanceDiscovery.ts";
import { keysOfUserFlow, keysVersion1, keysVersion2 } from "./keys.ts";
import { openIdConfigurationVersion1, openIdConfigurationVersion2 } from "./openIdConfiguration.ts";
import { tokenOfUserFlow, tokenVersion1, tokenVersion2 } from "./token.ts";
import { userFlowDiscovery } from "./userFlowDiscovery.ts";

/** The routes of the token service that are answered without hono when they come over a socket. */
export const plainEndpoints: readonly PlainEndpoint[] = [
  tokenVersion2,
  tokenVersion1,
  tokenOfUserFlow,
  openIdConfigurationVersion2,
  openIdConfigurationVersion1,
  userFlowDiscovery,
  keysVersion2,
  keysVersion1,
  keysOfUserFlow,
  instanceDiscovery,
];
