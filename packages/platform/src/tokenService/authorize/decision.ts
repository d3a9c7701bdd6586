import { type Refusal, refuse } from "../../aadsts/aadsts.ts";
import {
  findServicePrincipalByAppId,
  type ServicePrincipal,
} from "../../directory/servicePrincipals/servicePrincipals.ts";
import { getTenant, type Tenant } from "../../directory/tenants/tenants.ts";
import type { SignedIn } from "../../signIn/browserSession.ts";
import { issuerOf } from "../../signing/issuer.ts";
import { isAvailable } from "../adminConsent/consentRequest.ts";
import { type AskedScopes, readResource, readScopes } from "../consent/askedScopes.ts";
import { checkConsentable } from "../consent/consentChecks.ts";
import { type ConsentItem, mayConsent, missingConsent, wholeConsent } from "../consent/userConsent.ts";
import type { TokenServiceContext } from "../context.ts";
import { checkAdmission } from "../issuance/userAdmission.ts";
import { chooseAccount } from "./accountChoice.ts";
import type { AuthorizationRequest } from "./authorizationRequest.ts";

/** A user who may sign in to the application, and what it asks for. */
export interface Person {
  readonly signedIn: SignedIn;
  readonly tenant: Tenant;
  /** Absent before the first consent in the tenant. */
  readonly client: ServicePrincipal | undefined;
  readonly asked: AskedScopes;
}

/** What comes next on the way to an answer. */
export type Decision =
  | { readonly kind: "signIn"; readonly userPrincipalName?: string | undefined }
  | { readonly kind: "pick"; readonly accounts: readonly SignedIn[] }
  /** `tells`: the application learns of it; else a page does. */
  | {
      readonly kind: "refusal";
      readonly refusal: Refusal;
      readonly tells: "application" | "user";
      readonly signedIn?: SignedIn | undefined;
    }
  | {
      readonly kind: "consent";
      readonly items: readonly ConsentItem[];
      readonly person: Person;
      readonly forEverybody: boolean;
    }
  | { readonly kind: "approval"; readonly items: readonly ConsentItem[]; readonly person: Person }
  | { readonly kind: "ready"; readonly person: Person };

/** Looks at session, directory and consent, and changes nothing. `accounts` are the users of the browser. */
export function decide(
  context: TokenServiceContext,
  request: AuthorizationRequest,
  accounts: readonly SignedIn[],
): Decision {
  const early = request.tenant === undefined ? undefined : readAsked(context, request, request.tenant);
  if (early?.kind === "refused") {
    return { kind: "refusal", refusal: early, tells: "application" };
  }
  const choice = chooseAccount(context, request, accounts);
  return choice.kind === "chosen" ? decideFor(context, request, choice.signedIn) : choice;
}

function decideFor(context: TokenServiceContext, request: AuthorizationRequest, signedIn: SignedIn): Decision {
  const { application } = request;
  const { user, authentication } = signedIn;
  const isSilent = request.prompt === "none";
  // A person can do something about these, such as sign in as somebody else; the application alone cannot.
  const stop = (refusal: Refusal): Decision => ({
    kind: "refusal",
    refusal,
    tells: isSilent ? "application" : "user",
    signedIn,
  });
  const home = getTenant(context.directory, user.tenantId);
  const tenant = request.tenant ?? home;
  if (tenant === undefined || home?.id !== tenant.id) {
    return stop(foreignUser(context, request, signedIn, tenant));
  }
  if (!isAvailable(application, tenant)) {
    const values = { appId: application.appId, tenant: tenant.displayName };
    return stop(refuse("700016", values, "the application is registered in another tenant and for that tenant only"));
  }
  const client = findServicePrincipalByAppId(context.directory, tenant.id, application.appId);
  if (client?.accountEnabled === false) {
    const values = { appId: client.appId, appName: client.displayName };
    return stop(refuse("7000112", values, "the service principal's accountEnabled is false; set it to true"));
  }
  const refusal = checkAdmission(context, { tenant, user, authentication, client }, "authorize");
  if (refusal?.code === 50076 && !isSilent) {
    return { kind: "signIn", userPrincipalName: user.userPrincipalName };
  }
  if (refusal !== undefined) {
    return stop(refusal);
  }
  const asked = readAsked(context, request, tenant);
  if (asked.kind === "refused") {
    return { kind: "refusal", refusal: asked, tells: "application" };
  }
  const parties = { tenant, application, client, user };
  if (request.userFlow !== undefined) {
    return { kind: "ready", person: { signedIn, tenant, client, asked } };
  }
  const hopeless = checkConsentable(context, parties, asked);
  if (hopeless !== undefined) {
    return { kind: "refusal", refusal: hopeless, tells: "application" };
  }
  const person: Person = { signedIn, tenant, client, asked };
  const wantsQuestion = request.prompt === "consent" || request.prompt === "admin_consent";
  const items = wantsQuestion ? wholeConsent(context, parties, asked) : missingConsent(context, parties, asked);
  if (items.length === 0) {
    return { kind: "ready", person };
  }
  if (isSilent) {
    const why = `${user.userPrincipalName} has to consent first, and prompt=none shows no page`;
    const values = { appId: application.appId, appName: application.displayName };
    return { kind: "refusal", refusal: refuse("65001:authorize", values, why), tells: "application" };
  }
  const who = mayConsent(context, parties, items);
  return who === "administratorOnly"
    ? { kind: "approval", items, person }
    : { kind: "consent", items, person, forEverybody: who === "everybody" };
}

function readAsked(context: TokenServiceContext, request: AuthorizationRequest, tenant: Tenant): Refusal | AskedScopes {
  const { version, application, scope, resource } = request;
  return version === 1
    ? readResource(context, tenant, application, resource)
    : readScopes(context, tenant, application, scope);
}

function foreignUser(
  context: TokenServiceContext,
  { application }: AuthorizationRequest,
  { user }: SignedIn,
  tenant: Tenant | undefined,
): Refusal {
  const values = {
    user: user.userPrincipalName,
    provider: issuerOf(context, user.tenantId, 1),
    tenant: tenant?.displayName ?? "",
    appId: application.appId,
    appName: application.displayName,
  };
  return refuse("50020", values, "you are signed in with an account of another tenant");
}
