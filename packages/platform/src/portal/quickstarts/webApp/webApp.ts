import type { Quickstart } from "../quickstart.ts";
import { latchkeyProgram, msalNodeProgram } from "./node.ts";
import { pythonProgram } from "./python.ts";
import { shellProgram } from "./shell.ts";

export const webApp: Quickstart = {
  segment: "webApp",
  title: "Web app",
  text: "A server signs users in and shows their Graph profiles. It uses the authorization code flow with PKCE, a client secret and the delegated permission User.Read.",
  registration: { requiredResourceAccess: [{ name: "Microsoft Graph", delegatedPermissions: ["User.Read"] }] },
  redirectUri: "http://localhost:3000/signed-in",
  parameters: ({ url, application }) => ({
    scope: ["User.Read"],
    redirect_uri: application.web.redirectUris[0],
    endpoint: `${url}/v1.0/me`,
  }),
  samples: () => ({
    latchkey: latchkeyProgram,
    msalNode: msalNodeProgram,
    msalPython: pythonProgram,
    curl: shellProgram,
  }),
};
