import { findApplicationByAppId } from "../../directory/applications/applications.ts";
import {
  assignAppRoles,
  findManagedIdentity,
  identityNameRule,
  isIdentityName,
  type ManagedIdentity,
  registerManagedIdentity,
} from "../../directory/managedIdentities/managedIdentities.ts";
import { findServicePrincipalByAppId } from "../../directory/servicePrincipals/servicePrincipals.ts";
import { azureSubscriptionId } from "../../directory/wellKnown.ts";
import type { SeededManagedIdentity, SeedManagedIdentity } from "../seed.ts";
import type { SeedPath } from "../source.ts";
import { at, definedFields, refuseDuplicateName, type Seeding } from "./seeding.ts";
import type { ClientIds } from "./seedPrincipal.ts";

const localGroup = `/subscriptions/${azureSubscriptionId}/resourcegroups/local`;

/** The default types of host in resource ids. */
const defaultTypes = {
  system: "Microsoft.Compute/virtualMachines",
  user: "Microsoft.ManagedIdentity/userAssignedIdentities",
} as const;

/** Adds the identities, or the roles they lack. Every API of the seed must already be registered. */
export function applyManagedIdentities(
  seeding: Seeding,
  seeds: readonly SeedManagedIdentity[],
  clientIds: ClientIds,
): readonly SeededManagedIdentity[] {
  const applied: SeededManagedIdentity[] = [];
  for (const [index, seed] of seeds.entries()) {
    const path = ["managedIdentities", index] as const;
    refuseDuplicateName(seeding, seeds, index, path);
    at(seeding, [...path, "name"], () => checkName(seed, clientIds));
    const identity = applyIdentity(seeding, seed, path, applied);
    const appRoles = (seed.permissions ?? []).map(({ api, application = [] }) => ({
      name: clientIds.get(api) ?? api,
      permissions: application,
    }));
    at(seeding, [...path, "permissions"], () => {
      assignAppRoles(seeding.directory, seeding.tenant.id, identity, appRoles);
    });
    applied.push({ name: seed.name, ...identity });
  }
  return applied;
}

function checkName({ name, resourceId }: SeedManagedIdentity, clientIds: ClientIds): void {
  if (clientIds.has(name)) {
    throw new Error(`${name} is the name of an application in this seed; choose another name for the identity`);
  }
  if (resourceId === undefined && !isIdentityName(name)) {
    throw new Error(
      `${name} is not valid in a resource id, which has ${identityNameRule}; choose another name, or set resourceId`,
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
  const id = resourceId ?? `${localGroup}/providers/${defaultTypes[assignment]}/${name}`;
  const existing = findManagedIdentity(directory, tenant.id, id);
  at(seeding, [...path, "resourceId"], () => {
    const other = applied.find(({ objectId }) => objectId === existing?.objectId);
    if (other !== undefined) {
      throw new Error(
        `${id} is also the resource id of ${other.name} in this seed; use a different one for each identity`,
      );
    }
  });
  at(seeding, [...path, "assignment"], () => {
    if (existing !== undefined && existing.assignment !== assignment) {
      throw new Error(`${id} already exists as a ${existing.assignment}-assigned identity; set that assignment`);
    }
  });
  at(seeding, [...path, "clientId"], () => checkClientId(seeding, name, clientId?.toLowerCase(), existing));
  return (
    existing ??
    registerManagedIdentity(directory, tenant.id, {
      displayName: name,
      assignment,
      resourceId: id,
      ...definedFields({ clientId }),
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
    throw new Error(`${name} already exists with client id ${existing.clientId}; leave clientId out, or use that one`);
  }
  const holder =
    findApplicationByAppId(directory, clientId) ?? findServicePrincipalByAppId(directory, tenant.id, clientId);
  if (holder !== undefined) {
    throw new Error(`${clientId} is the client id of ${holder.displayName}; choose another one`);
  }
}
