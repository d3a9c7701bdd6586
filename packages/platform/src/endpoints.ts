import { adminConsentVersion1, adminConsentVersion2 } from "./endpoints/adminConsent.ts";
import { authorizeOfUserFlow, authorizeVersion1, authorizeVersion2 } from "./endpoints/authorize.ts";
import { deviceAuthorizationVersion1, deviceAuthorizationVersion2 } from "./endpoints/deviceAuthorization.ts";
import { deviceLogin } from "./endpoints/deviceLogin.ts";
import type { Endpoint } from "./endpoints/endpoint.ts";
import { errorLookup } from "./endpoints/errorLookup.ts";
import { logoutOfUserFlow, logoutVersion1, logoutVersion2 } from "./endpoints/logout.ts";
import { tokenMethodsOfUserFlow, tokenMethodsVersion1, tokenMethodsVersion2 } from "./endpoints/tokenMethods.ts";
import { userInfoVersion1 } from "./endpoints/userInfo.ts";
import { userRealmOfPath, userRealmOfQuery } from "./endpoints/userRealm.ts";
import { plainEndpoints } from "./plainEndpoints.ts";

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
  userInfoVersion1,
  userRealmOfPath,
  userRealmOfQuery,
  adminConsentVersion2,
  adminConsentVersion1,
  errorLookup,
];
