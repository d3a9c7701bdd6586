import { Refusal, refusalOf } from "../../aadsts/aadsts.ts";
import {
  findServicePrincipalByAppId,
  type ServicePrincipal,
} from "../../directory/servicePrincipals/servicePrincipals.ts";
import { getTenant, type Tenant } from "../../directory/tenants/tenants.ts";
import type { SignedIn } from "../../signIn/browserSession.ts";
import { issuerOf } from "../../signing/claims/claimValues.ts";
import { isAvailable } from "../adminConsent/consentRequest.ts";
import { checkConsentable } from "../consent/consentChecks.ts";
import { type RequestedScopes, readResource, readScopes } from "../consent/requestedScopes.ts";
import { type ConsentItem, mayConsent, missingConsent, wholeConsent } from "../consent/userConsent.ts";
import type { TokenServiceContext } from "../context.ts";
import { checkAdmission } from "../issuance/admission.ts";
import { chooseAccount } from "./accountChoice.ts";
import type { AuthorizationRequest } from "./authorizationRequest.ts";

/** A user who may sign in to the application, and the requested scopes. */
export interface AdmittedUser {
  readonly signedIn: SignedIn;
  readonly tenant: Tenant;
  /** Absent before the first consent in the tenant. */
  readonly client: ServicePrincipal | undefined;
  readonly requested: RequestedScopes;
}

/** The next step towards a response. */
export type Decision =
  | { readonly kind: "signIn"; readonly userPrincipalName?: string | undefined }
  | { readonly kind: "pick"; readonly accounts: readonly SignedIn[] }
  /** The user can fix it, for example by signing in with another account; the application alone cannot. */
  | { readonly kind: "refusal"; readonly refusal: Refusal; readonly signedIn: SignedIn }
  | {
      readonly kind: "consent";
      readonly items: readonly ConsentItem[];
      readonly admittedUser: AdmittedUser;
      readonly forEveryone: boolean;
    }
  | { readonly kind: "approval"; readonly items: readonly ConsentItem[]; readonly admittedUser: AdmittedUser }
  | { readonly kind: "ready"; readonly admittedUser: AdmittedUser };

/**
 * Reads session, directory and consent, and changes nothing. `accounts` are the users of the browser. Its refusals are
 * sent to the application.
 */
export function decide(
  context: TokenServiceContext,
  request: AuthorizationRequest,
  accounts: readonly SignedIn[],
): Decision {
  if (request.tenant !== undefined) {
    readRequested(context, request, request.tenant);
  }
  const choice = chooseAccount(context, request, accounts);
  return choice.kind === "chosen" ? decideFor(context, request, choice.signedIn) : choice;
}

function decideFor(context: TokenServiceContext, request: AuthorizationRequest, signedIn: SignedIn): Decision {
  const { application } = request;
  const { user } = signedIn;
  const isSilent = request.prompt === "none";
  let admitted: Pick<AdmittedUser, "tenant" | "client">;
  try {
    admitted = admitUser(context, request, signedIn);
  } catch (error) {
    const refusal = refusalOf(error);
    if (isSilent) {
      throw refusal;
    }
    return refusal.code === 50076
      ? { kind: "signIn", userPrincipalName: user.userPrincipalName }
      : { kind: "refusal", refusal, signedIn };
  }
  const { tenant, client } = admitted;
  const requested = readRequested(context, request, tenant);
  const admittedUser: AdmittedUser = { signedIn, tenant, client, requested };
  if (request.userFlow !== undefined) {
    return { kind: "ready", admittedUser };
  }
  const parties = { tenant, application, client, user };
  checkConsentable(context, parties, requested);
  const showsConsent = request.prompt === "consent" || request.prompt === "admin_consent";
  const items = showsConsent ? wholeConsent(context, parties, requested) : missingConsent(context, parties, requested);
  if (items.length === 0) {
    return { kind: "ready", admittedUser };
  }
  if (isSilent) {
    const why = `${user.userPrincipalName} has to consent first, and prompt=none shows no page`;
    const values = { appId: application.appId, appName: application.displayName };
    throw new Refusal("65001:authorize", values, why);
  }
  const who = mayConsent(context, parties, items);
  return who === "administratorOnly"
    ? { kind: "approval", items, admittedUser }
    : { kind: "consent", items, admittedUser, forEveryone: who === "everyone" };
}

/** Refuses a user who may not sign in to the application. */
function admitUser(
  context: TokenServiceContext,
  request: AuthorizationRequest,
  { user, authentication }: SignedIn,
): Pick<AdmittedUser, "tenant" | "client"> {
  const { appId, displayName: appName } = request.application;
  const home = getTenant(context.directory, user.tenantId);
  const tenant = request.tenant ?? home;
  if (tenant === undefined || home?.id !== tenant.id) {
    const provider = issuerOf(context, user.tenantId, 1);
    const values = { user: user.userPrincipalName, provider, tenant: tenant?.displayName ?? "", appId, appName };
    throw new Refusal("50020", values, "you are signed in with an account of another tenant");
  }
  if (!isAvailable(request.application, tenant)) {
    const why = "the application is registered in another tenant and for that tenant only";
    throw new Refusal("700016", { appId, tenant: tenant.displayName }, why);
  }
  const client = findServicePrincipalByAppId(context.directory, tenant.id, appId);
  if (client?.accountEnabled === false) {
    const values = { appId: client.appId, appName: client.displayName };
    throw new Refusal("7000112", values, "the service principal's accountEnabled is false; set it to true");
  }
  checkAdmission(context, { tenant, user, authentication, client }, "authorize");
  return { tenant, client };
}

function readRequested(context: TokenServiceContext, request: AuthorizationRequest, tenant: Tenant): RequestedScopes {
  const { version, application, scope, resource } = request;
  return version === 1
    ? readResource(context, tenant, application, resource)
    : readScopes(context, tenant, application, scope);
}
