import { applications } from "./applications/applications.ts";
import { authentication } from "./applications/authentication.ts";
import { exposedApi } from "./applications/exposedApi.ts";
import { manifest } from "./applications/manifest.ts";
import { overview } from "./applications/overview.ts";
import { credentials } from "./credentials/credentials.ts";
import { federated } from "./credentials/federated.ts";
import type { PortalPage } from "./frame/portalPage.ts";
import { groupProfile } from "./groups/groupProfile.ts";
import { groups } from "./groups/groups.ts";
import { permissions } from "./permissionGrants/permissions.ts";
import { quickstartPages } from "./quickstarts/quickstartPages.ts";
import { enterpriseApplication } from "./servicePrincipals/enterpriseApplication.ts";
import { enterpriseApplications } from "./servicePrincipals/enterpriseApplications.ts";
import { signIns } from "./signIns/signIns.ts";
import { tenantProfile } from "./tenants/tenantProfile.ts";
import { tenants } from "./tenants/tenants.ts";
import { deletedUsers } from "./users/deletedUsers.ts";
import { userProfile } from "./users/userProfile.ts";
import { users } from "./users/users.ts";

/** Every page of the portal. */
export const pages: readonly PortalPage[] = [
  applications,
  overview,
  credentials,
  federated,
  permissions,
  exposedApi,
  authentication,
  manifest,
  enterpriseApplications,
  enterpriseApplication,
  ...quickstartPages,
  users,
  // Before the page of one user, whose path also matches.
  deletedUsers,
  userProfile,
  groups,
  groupProfile,
  tenants,
  tenantProfile,
  signIns,
];
