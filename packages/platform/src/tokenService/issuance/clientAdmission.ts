import { type Refusal, refuse } from "../../aadsts/aadsts.ts";
import type { ServicePrincipal } from "../../directory/servicePrincipals/servicePrincipals.ts";

/** For an application whose service principal may not sign in. */
export function refuseDisabled({ accountEnabled, appId, displayName }: ServicePrincipal): Refusal | undefined {
  return accountEnabled
    ? undefined
    : refuse(
        "7000112",
        { appId, appName: displayName },
        "the service principal's accountEnabled is false; set it to true to let the application sign in",
      );
}
