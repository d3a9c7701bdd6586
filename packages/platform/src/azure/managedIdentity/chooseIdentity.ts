import { describeManagedIdentity } from "../../directory/managedIdentities/managedIdentities.ts";
import { listManagedIdentities, type ServicePrincipal } from "../../directory/servicePrincipals/servicePrincipals.ts";
import type { Tenant } from "../../directory/tenants/tenants.ts";
import type { AzureContext } from "../context.ts";
import type { IdentityHost, ManagedIdentitySource, UnclearIdentity } from "./sources/source.ts";

export type IdentityChoice = { readonly kind: "identity"; readonly identity: ServicePrincipal } | UnclearIdentity;

/** The identity a request names; without a name the host's own, or else the only one it was given. */
export function chooseIdentity(
  { directory }: AzureContext,
  tenant: Tenant,
  { identityParameters, isSystemOnly }: ManagedIdentitySource,
  { identity }: Pick<IdentityHost, "identity">,
  query: URLSearchParams,
): IdentityChoice {
  const identities = listManagedIdentities(directory, tenant.id).filter(
    (one) => !isSystemOnly || describeManagedIdentity(one).assignment === "system",
  );
  const named = Object.entries(identityParameters).filter(([parameter]) => query.has(parameter));
  const [first, ...others] = named;
  if (others.length > 0) {
    return { kind: "severalNamed" };
  }
  if (first !== undefined) {
    const [parameter, property] = first;
    const wanted = query.get(parameter)?.toLowerCase();
    return chosen(identities.filter((one) => describeManagedIdentity(one)[property].toLowerCase() === wanted));
  }
  if (identity !== undefined) {
    return chosen(identities.filter((one) => one.appId === identity));
  }
  const own = identities.filter((one) => describeManagedIdentity(one).assignment === "system");
  return chosen(own.length > 0 ? own : identities);
}

function chosen(identities: readonly ServicePrincipal[]): IdentityChoice {
  const [identity, ...others] = identities;
  if (identity === undefined) {
    return { kind: "notFound" };
  }
  return others.length > 0 ? { kind: "ambiguous" } : { kind: "identity", identity };
}
