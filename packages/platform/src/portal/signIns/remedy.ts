import type { PlatformEvent } from "../../core/events.ts";
import type { Application } from "../../directory/applications/applicationProperties.ts";
import { applicationPath, findOwnApplication } from "../applications/applicationPage.ts";
import type { PortalVisit } from "../frame/portalPage.ts";
import { listDeclared } from "../permissionGrants/declaredPermission.ts";

/** What fixes a failed request: granting consent, or a page where the setting is. */
export type Remedy =
  | { readonly kind: "consent"; readonly label: string; readonly application: Application }
  | { readonly kind: "link"; readonly label: string; readonly path: string };

/** By AADSTS number: what to do, and on which page of the application. */
const pagesByCode: readonly (readonly [readonly number[], string, string])[] = [
  [[7000215, 7000222, 7000216, 7000218], "Add a client secret", "credentials"],
  [[700027, 700024, 700023, 700021], "Compare or upload the certificate", "credentials"],
  [[700211, 700212, 700213, 700222, 7002138], "Compare the federated credentials", "federated"],
  [[50011, 9002326, 9002327, 700025, 700051, 700054], "Change redirect URIs", "authentication"],
  [[65001, 650053, 650057, 90094, 7000229], "Declare permissions and grant consent", "permissions"],
  [[7000112], "Enable the application", ""],
];

export function findRemedy(visit: PortalVisit, event: PlatformEvent): Remedy | undefined {
  const application = findOwnApplication(visit, event.clientId);
  if (event.aadsts === 700016 && application === undefined) {
    return { kind: "link", label: "Register an application", path: "/portal/applications" };
  }
  if (event.aadsts === 500011) {
    return { kind: "link", label: "Find the identifier URI of the API", path: "/portal/applications" };
  }
  if (application === undefined) {
    return undefined;
  }
  if (event.status === 200 && event.grantType === "client_credentials" && event.permissions?.length === 0) {
    return remedyForMissingRoles(visit, application);
  }
  const [, label, segment] = pagesByCode.find(([codes]) => codes.includes(event.aadsts ?? 0)) ?? [];
  return label === undefined ? undefined : { kind: "link", label, path: applicationPath(application.appId, segment) };
}

/** Uses the current state: if consent has been granted since, the program only needs a new token. */
function remedyForMissingRoles({ context, tenant }: PortalVisit, application: Application): Remedy | undefined {
  const roles = listDeclared(context.directory, tenant.id, application).filter(({ type }) => type === "Role");
  if (roles.length === 0) {
    const path = applicationPath(application.appId, "permissions");
    return { kind: "link", label: "Declare application permissions", path };
  }
  const missing = roles.filter(({ isGranted }) => !isGranted);
  return missing.length === 0 ? undefined : { kind: "consent", label: "Grant admin consent", application };
}
