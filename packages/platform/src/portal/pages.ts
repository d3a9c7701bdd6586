import { applications } from "./pages/applications.ts";
import { credentials } from "./pages/credentials.ts";
import { overview } from "./pages/overview.ts";
import { permissions } from "./pages/permissions.ts";
import type { PortalPage } from "./portalPage.ts";

/** Every page of the portal. */
export const pages: readonly PortalPage[] = [applications, overview, credentials, permissions];
