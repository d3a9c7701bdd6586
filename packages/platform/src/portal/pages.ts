import { applications } from "./pages/applications.ts";
import { authentication } from "./pages/authentication.ts";
import { credentials } from "./pages/credentials.ts";
import { deletedUsers } from "./pages/deletedUsers.ts";
import { enterpriseApplication } from "./pages/enterpriseApplication.ts";
import { enterpriseApplications } from "./pages/enterpriseApplications.ts";
import { exposedApi } from "./pages/exposedApi.ts";
import { federated } from "./pages/federated.ts";
import { groupProfile } from "./pages/groupProfile.ts";
import { groups } from "./pages/groups.ts";
import { manifest } from "./pages/manifest.ts";
import { overview } from "./pages/overview.ts";
import { permissions } from "./pages/permissions.ts";
import { quickstartPages } from "./pages/quickstart.ts";
import { signIns } from "./pages/signIns.ts";
import { tenantProfile } from "./pages/tenantProfile.ts";
import { tenants } from "./pages/tenants.ts";
import { userProfile } from "./pages/userProfile.ts";
import { users } from "./pages/users.ts";
import type { PortalPage } from "./portalPage.ts";

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
  // Before the page of one user, whose path matches, too.
  deletedUsers,
  userProfile,
  groups,
  groupProfile,
  tenants,
  tenantProfile,
  signIns,
];
