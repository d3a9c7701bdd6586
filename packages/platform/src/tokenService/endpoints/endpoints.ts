import { adminConsentVersion1, adminConsentVersion2 } from "./adminConsent.ts";
import { authorizeOfUserFlow, authorizeVersion1, authorizeVersion2 } from "./authorize.ts";
import { deviceAuthorizationVersion1, deviceAuthorizationVersion2 } from "./deviceAuthorization.ts";
import { deviceLogin } from "./deviceLogin.ts";
import type { Endpoint } from "./endpoint.ts";
import { errorLookup } from "./errorLookup.ts";
import { logoutOfUserFlow, logoutVersion1, logoutVersion2 } from "./logout.ts";
import { plainEndpoints } from "./plainEndpoints.ts";
import { tokenMethodsOfUserFlow, tokenMethodsVersion1, tokenMethodsVersion2 } from "./tokenMethods.ts";
import { userRealmOfPath, userRealmOfQuery } from "./userRealm.ts";

/** Every route of the token service. */
export const endpoints: readonly Endpoint[] = [
  ...plainEndpoints,
  authorizeVersion2,
  authorizeVersion1,
  authorizeOfUserFlow,
  logoutOfUserFlow,
  tokenMethodsVersion2,
  tokenMethodsVersion1,
  tokenMethodsOfUserFlow,
  deviceAuthorizationVersion2,
  deviceAuthorizationVersion1,
  deviceLogin,
  logoutVersion2,
  logoutVersion1,
  userRealmOfPath,
  userRealmOfQuery,
  adminConsentVersion2,
  adminConsentVersion1,
  errorLookup,
];
