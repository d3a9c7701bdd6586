import { adminConsentVersion1, adminConsentVersion2 } from "./adminConsent.ts";
import { authorizeOfUserFlow, authorizeVersion1, authorizeVersion2 } from "./authorize.ts";
import { deviceAuthorizationVersion1, deviceAuthorizationVersion2 } from "./deviceAuthorization.ts";
import { deviceLogin } from "./deviceLogin.ts";
import type { Endpoint } from "./endpoint.ts";
import { errorLookup } from "./errorLookup.ts";
import { logoutOfUserFlow, logoutVersion1, logoutVersion2 } from "./logout.ts";
import { tokenMethodsOfUserFlow, tokenMethodsVersion1, tokenMethodsVersion2 } from "./tokenMethods.ts";
import { userRealmOfPath, userRealmOfQuery } from "./userRealm.ts";

/** Pages where users sign in, consent and sign out, and everything related to them: loaded on first use. */
export const signInEndpoints: readonly Endpoint[] = [
  authorizeVersion2,
  authorizeVersion1,
  authorizeOfUserFlow,
  logoutVersion2,
  logoutVersion1,
  logoutOfUserFlow,
  deviceAuthorizationVersion2,
  deviceAuthorizationVersion1,
  deviceLogin,
  userRealmOfPath,
  userRealmOfQuery,
  adminConsentVersion2,
  adminConsentVersion1,
  tokenMethodsVersion2,
  tokenMethodsVersion1,
  tokenMethodsOfUserFlow,
  errorLookup,
];
