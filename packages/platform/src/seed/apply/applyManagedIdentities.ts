import { findApplicationByAppId } from "../../directory/applications/applications.ts";
import {
  findManagedIdentity,
  giveAppRoles,
  identityNameRule,
  isIdentityName,
  type ManagedIdentity,
  registerManagedIdentity,
} from "../../directory/managedIdentities/managedIdentities.ts";
import { findServicePrincipalByAppId } from "../../directory/servicePrincipals/servicePrincipals.ts";
import { azureSubscriptionId } from "../../directory/wellKnown.ts";
import type { SeededManagedIdentity, SeedManagedIdentity } from "../seed.ts";
import type { SeedPath } from "../source.ts";
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
  const applied: SeededManagedIdentity[] = [];
  for (const [index, seed] of seeds.entries()) {
    const path = ["managedIdentities", index] as const;
    refuseSecond(seeding, seeds, index, path);
    at(seeding, [...path, "name"], () => checkName(seed, clientIds));
    const identity = applyIdentity(seeding, seed, path, applied);
    const appRoles = (seed.permissions ?? []).map(({ api, application = [] }) => ({
      name: clientIds.get(api) ?? api,
      permissions: application,
    }));
    at(seeding, [...path, "permissions"], () => {
      giveAppRoles(seeding.directory, seeding.tenant.id, identity, appRoles);
    });
    applied.push({ name: seed.name, ...identity });
  }
  return applied;
}

function checkName({ name, resourceId }: SeedManagedIdentity, clientIds: ClientIds): void {
  if (clientIds.has(name)) {
    throw new Error(`${name} is the name of an application here; give the identity another one`);
  }
  if (resourceId === undefined && !isIdentityName(name)) {
    throw new Error(
      `${name} cannot stand in a resource id, which has ${identityNameRule}; give another name, or resourceId`,
    );
  }
}

function applyIdentity(
  seeding: Seeding,
  { name, assignment = "user", resourceId, clientId }: SeedManagedIdentity,
  path: SeedPath,
  applied: readonly SeededManagedIdentity[],
): ManagedIdentity {
  const { directory, tenant } = seeding;
  const place = resourceId ?? `${localGroup}/providers/${usualTypes[assignment]}/${name}`;
  const existing = findManagedIdentity(directory, tenant.id, place);
  at(seeding, [...path, "resourceId"], () => {
    const other = applied.find(({ objectId }) => objectId === existing?.objectId);
    if (other !== undefined) {
      throw new Error(`${place} is that of ${other.name} here; give each one an id of its own`);
    }
  });
  at(seeding, [...path, "assignment"], () => {
    if (existing !== undefined && existing.assignment !== assignment) {
      throw new Error(`${place} exists as a ${existing.assignment}-assigned identity; give that assignment`);
    }
  });
  at(seeding, [...path, "clientId"], () => checkClientId(seeding, name, clientId?.toLowerCase(), existing));
  return (
    existing ??
    registerManagedIdentity(directory, tenant.id, {
      displayName: name,
      assignment,
      resourceId: place,
      ...given({ clientId }),
    })
  );
}

function checkClientId(
  { directory, tenant }: Seeding,
  name: string,
  clientId: string | undefined,
  existing: ManagedIdentity | undefined,
): void {
  if (clientId === undefined || clientId === existing?.clientId) {
    return;
  }
  if (existing !== undefined) {
    throw new Error(`${name} exists with client id ${existing.clientId}; leave out clientId, or give that one`);
  }
  const holder =
    findApplicationByAppId(directory, clientId) ?? findServicePrincipalByAppId(directory, tenant.id, clientId);
  if (holder !== undefined) {
    throw new Error(`${clientId} is the client id of ${holder.displayName}; give another one`);
  }
}
