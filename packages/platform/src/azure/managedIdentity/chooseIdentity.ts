import { describeManagedIdentity } from "../../directory/managedIdentities/managedIdentities.ts";
import { listManagedIdentities, type ServicePrincipal } from "../../directory/servicePrincipals/servicePrincipals.ts";
import type { Tenant } from "../../directory/tenants/tenants.ts";
import type { AzureContext } from "../context.ts";
import type { IdentityHost, ManagedIdentitySource, UnclearIdentity } from "./sources/source.ts";

export type IdentityChoice = { readonly kind: "identity"; readonly identity: ServicePrincipal } | UnclearIdentity;

/** Returns the identity that a request names. Without a name, it is the host's own or else the only one it has. */
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
    const id = query.get(parameter)?.toLowerCase();
    return onlyIdentity(identities.filter((one) => describeManagedIdentity(one)[property].toLowerCase() === id));
  }
  if (identity !== undefined) {
    return onlyIdentity(identities.filter((one) => one.appId === identity));
  }
  const own = identities.filter((one) => describeManagedIdentity(one).assignment === "system");
  return onlyIdentity(own.length > 0 ? own : identities);
}

function onlyIdentity(identities: readonly ServicePrincipal[]): IdentityChoice {
  const [identity, ...others] = identities;
  if (identity === undefined) {
    return { kind: "notFound" };
  }
  return others.length > 0 ? { kind: "ambiguous" } : { kind: "identity", identity };
}
