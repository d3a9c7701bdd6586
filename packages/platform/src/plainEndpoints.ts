import type { PlainEndpoint } from "./endpoints/endpoint.ts";
import { instanceDiscovery } from "./endpoints/instanceDiscovery.ts";
import { keysOfUserFlow, keysVersion1, keysVersion2 } from "./endpoints/keys.ts";
import { openIdConfigurationVersion1, openIdConfigurationVersion2 } from "./endpoints/openIdConfiguration.ts";
import { tokenOfUserFlow, tokenVersion1, tokenVersion2 } from "./endpoints/token.ts";
import { userFlowDiscovery } from "./endpoints/userFlowDiscovery.ts";

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
