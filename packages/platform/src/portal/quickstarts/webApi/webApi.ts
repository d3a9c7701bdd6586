import { updateApplication } from "../../../directory/applications/applicationChanges.ts";
import { registerApplication } from "../../../directory/applications/registration.ts";
import type { Quickstart } from "../quickstart.ts";
import { latchkeyProgram, msalNodeProgram } from "./node.ts";
import { pythonProgram } from "./python.ts";
import { shellProgram } from "./shell.ts";

export const webApi: Quickstart = {
  segment: "webApi",
  title: "Web API",
  text: "A server checks the access tokens of its callers: users need the scope Profile.Read, programs the app role Orders.Read.All. It calls Graph on behalf of its users with the delegated permission User.Read. A client that may call it is registered as well.",
  registration: {
    requestedAccessTokenVersion: 2,
    scopes: [{ value: "Profile.Read", displayName: "Read your profile" }],
    appRoles: [{ value: "Orders.Read.All", displayName: "Read all orders" }],
    requiredResourceAccess: [{ name: "Microsoft Graph", delegatedPermissions: ["User.Read"] }],
  },
  complete(directory, { id, appId, tenantId, displayName, api }) {
    const client = registerApplication(directory, tenantId, {
      displayName: `${displayName}: client`,
      allowPublicClient: true,
      requiredResourceAccess: [{ resourceAppId: appId, delegatedPermissions: ["Profile.Read"] }],
    });
    const delegatedPermissionIds = api.oauth2PermissionScopes.map((scope) => scope.id);
    updateApplication(directory, id, {
      identifierUris: [`api://${appId}`],
      api: {
        ...api,
        knownClientApplications: [client.appId],
        preAuthorizedApplications: [{ appId: client.appId, delegatedPermissionIds }],
      },
    });
  },
  parameters: ({ url }) => ({ scope: ["https://graph.microsoft.com/.default"], endpoint: `${url}/v1.0/me` }),
  packages: { latchkey: "jose", msalNode: "jose", msalPython: "'pyjwt[crypto]'" },
  samples: ({ authority, application }) => ({
    latchkey: latchkeyProgram,
    msalNode: msalNodeProgram,
    msalPython: pythonProgram,
    curl: shellProgram(authority, application.appId, application.api.knownClientApplications[0] ?? application.appId),
  }),
};
