import { findManagedIdentity, giveAppRoles, registerManagedIdentity } from "../directory/managedIdentities.ts";
import { azureSubscriptionId } from "../directory/wellKnown.ts";
import type { SeededManagedIdentity, SeedManagedIdentity } from "./manifest.ts";
import { at, given, refuseSecond, type Seeding } from "./seeding.ts";
import type { ClientIds } from "./seedPrincipal.ts";

const localGroup = `/subscriptions/${azureSubscriptionId}/resourcegroups/local`;

/** Where an identity is that the seed gives no place. */
const usualTypes = {
  system: "Microsoft.Compute/virtualMachines",
  user: "Microsoft.ManagedIdentity/userAssignedIdentities",
} as const;

/** Adds the identities, or gives them what they lack. Every API of the seed must be registered by now. */
export function applyManagedIdentities(
  seeding: Seeding,
  seeds: readonly SeedManagedIdentity[],
  clientIds: ClientIds,
): readonly SeededManagedIdentity[] {
  return seeds.map((seed, index) => {
    const path = ["managedIdentities", index] as const;
    refuseSecond(seeding, seeds, index, path);
    at(seeding, [...path, "name"], () => {
      if (clientIds.has(seed.name)) {
        throw new Error(`${seed.name} is the name of an application here; give the identity another one`);
      }
    });
    return at(seeding, path, () => applyIdentity(seeding, seed, clientIds));
  });
}

function applyIdentity(
  { directory, tenant }: Seeding,
  { name, assignment = "user", resourceId, clientId, permissions = [] }: SeedManagedIdentity,
  clientIds: ClientIds,
): SeededManagedIdentity {
  const place = resourceId ?? `${localGroup}/providers/${usualTypes[assignment]}/${name}`;
  const existing = findManagedIdentity(directory, tenant.id, place);
  if (existing !== undefined && existing.assignment !== assignment) {
    throw new Error(`${place} exists as a ${existing.assignment}-assigned identity; give that assignment`);
  }
  if (existing !== undefined && clientId !== undefined && clientId.toLowerCase() !== existing.clientId) {
    throw new Error(`${name} exists with client id ${existing.clientId}; leave out clientId, or give that one`);
  }
  const identity =
    existing ??
    registerManagedIdentity(directory, tenant.id, {
      displayName: name,
      assignment,
      resourceId: place,
      ...given({ clientId }),
    });
  const appRoles = permissions.map(({ api, application = [] }) => ({
    name: clientIds.get(api) ?? api,
    permissions: application,
  }));
  giveAppRoles(directory, tenant.id, identity, appRoles);
  return { name, ...identity };
}
