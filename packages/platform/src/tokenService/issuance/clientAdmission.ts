import { Refusal } from "../../aadsts/aadsts.ts";
import type { ServicePrincipal } from "../../directory/servicePrincipals/servicePrincipals.ts";

/** Refuses an application whose service principal may not sign in. */
export function checkEnabled({ accountEnabled, appId, displayName }: ServicePrincipal): void {
  if (!accountEnabled) {
    const why = "the service principal's accountEnabled is false; set it to true to let the application sign in";
    throw new Refusal("7000112", { appId, appName: displayName }, why);
  }
}
