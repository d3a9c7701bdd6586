import { adminConsentVersion1, adminConsentVersion2 } from "./endpoints/adminConsent.ts";
import { authorizeOfUserFlow, authorizeVersion1, authorizeVersion2 } from "./endpoints/authorize.ts";
import { deviceAuthorizationVersion1, deviceAuthorizationVersion2 } from "./endpoints/deviceAuthorization.ts";
import { deviceLogin } from "./endpoints/deviceLogin.ts";
import type { Endpoint } from "./endpoints/endpoint.ts";
import { errorLookup } from "./endpoints/errorLookup.ts";
import { instanceDiscovery } from "./endpoints/instanceDiscovery.ts";
import { keysOfUserFlow, keysVersion1, keysVersion2 } from "./endpoints/keys.ts";
import { logoutOfUserFlow, logoutVersion1, logoutVersion2 } from "./endpoints/logout.ts";
import { openIdConfigurationVersion1, openIdConfigurationVersion2 } from "./endpoints/openIdConfiguration.ts";
import { tokenOfUserFlow, tokenVersion1, tokenVersion2 } from "./endpoints/token.ts";
import { userFlowDiscovery } from "./endpoints/userFlowDiscovery.ts";
import { userInfoVersion1 } from "./endpoints/userInfo.ts";
import { userRealmOfPath, userRealmOfQuery } from "./endpoints/userRealm.ts";

/** Every route of the token service. */
export const endpoints: readonly Endpoint[] = [
  instanceDiscovery,
  openIdConfigurationVersion2,
  openIdConfigurationVersion1,
  keysVersion2,
  keysVersion1,
  authorizeVersion2,
  authorizeVersion1,
  userFlowDiscovery,
  authorizeOfUserFlow,
  tokenOfUserFlow,
  keysOfUserFlow,
  logoutOfUserFlow,
  tokenVersion2,
  tokenVersion1,
  deviceAuthorizationVersion2,
  deviceAuthorizationVersion1,
  deviceLogin,
  logoutVersion2,
  logoutVersion1,
  userInfoVersion1,
  userRealmOfPath,
  userRealmOfQuery,
  adminConsentVersion2,
  adminConsentVersion1,
  errorLookup,
];
