import type { Authentication } from "../../directory/issuedTokens/authentication.ts";
import { addMicrosoftClient } from "../../directory/provisioning/addMicrosoftClient.ts";
import { cloudShellClient } from "../../directory/provisioning/microsoftApplications.ts";
import type { Tenant } from "../../directory/tenants/tenants.ts";
import { getUser } from "../../directory/users/users.ts";
import type { AskedResource } from "../../tokenService/consent/askedScopes.ts";
import { accountGone } from "../../tokenService/grants/userGrant.ts";
import { checkAdmission } from "../../tokenService/issuance/userAdmission.ts";
import { issueAccessToken } from "../../tokenService/issuance/userTokens.ts";
import { findResource } from "../../tokenService/resource.ts";
import type { AzureContext } from "../context.ts";
import type { IssuedToken } from "./issueToken.ts";

/** What the portal gets for its shell: a token in the name of the user who is signed in there. */
export async function issueUserToken(
  context: AzureContext,
  tenant: Tenant,
  authentication: Authentication,
  resourceName: string,
): Promise<IssuedToken> {
  const user = getUser(context.directory, authentication.userId);
  if (user === undefined) {
    throw accountGone();
  }
  const parties = addMicrosoftClient(context.directory, tenant.id, cloudShellClient);
  checkAdmission(context, { tenant, user, authentication, ...parties }, "token");
  const { servicePrincipal: resource } = findResource(context, tenant, resourceName);
  const part: AskedResource = { resource, name: resourceName, prefix: "", isDefault: true, scopes: [] };
  const granted = await issueAccessToken(
    context,
    {
      ...{ version: 1, tenant, ...parties, user, authentication, scope: "", platform: "publicClient", proof: "none" },
      asked: { openId: ["openid", "profile", "email"], resources: [part] },
      claims: undefined,
      wantsClientInfo: false,
    },
    part,
  );
  return { ...granted, clientId: parties.client.appId, userId: user.id };
}
