import { findPrincipal } from "../../directory/directoryObjects/principals.ts";
import { addGroupMember } from "../../directory/groups/groupMembers.ts";
import { createGroup, findGroupByUniqueName, updateGroup } from "../../directory/groups/groups.ts";
import type { SeedGroup } from "../seed.ts";
import type { SeedPath } from "../source.ts";
import { at, definedFields, refuseDuplicateName, type Seeding } from "./seeding.ts";
import { type ClientIds, findSeedPrincipal } from "./seedPrincipal.ts";

/** A group of the seed, after it was applied. */
interface AppliedGroup {
  readonly id: string;
  readonly seed: SeedGroup;
  readonly path: SeedPath;
}

/** Adds the groups or updates them to match the seed, without their members. */
export function applyGroups(seeding: Seeding, seeds: readonly SeedGroup[]): readonly AppliedGroup[] {
  return seeds.map((seed, index) => {
    const path = ["groups", index] as const;
    refuseDuplicateName(seeding, seeds, index, path);
    const id = at(seeding, [...path, seed.id === undefined ? "name" : "id"], () => applyGroup(seeding, seed));
    return { id, seed, path };
  });
}

/** Needs every group of the seed, and every application with its service principal. */
export function applyMembers(seeding: Seeding, groups: readonly AppliedGroup[], clientIds: ClientIds): void {
  for (const { id, seed, path } of groups) {
    (seed.members ?? []).forEach((member, index) => {
      at(seeding, [...path, "members", index], () => {
        addGroupMember(seeding.directory, id, findSeedPrincipal(seeding, member, clientIds));
      });
    });
  }
}

function applyGroup({ directory, tenant }: Seeding, { name, members: _, ...rest }: SeedGroup): string {
  const existing = findGroupByUniqueName(directory, tenant.id, name);
  const { id, ...properties } = definedFields(rest);
  if (existing === undefined) {
    const taken = id === undefined ? undefined : findPrincipal(directory, id);
    if (taken !== undefined) {
      throw new Error(`${id} is the object id of ${taken.displayName}; choose another id`);
    }
    const displayName = properties.displayName ?? name;
    return createGroup(directory, {
      ...properties,
      ...definedFields({ id }),
      displayName,
      uniqueName: name,
      tenantId: tenant.id,
    }).id;
  }
  if (id !== undefined && id.toLowerCase() !== existing.id) {
    throw new Error(`${name} already exists with id ${existing.id}; leave id out, or use that one`);
  }
  updateGroup(directory, existing.id, properties);
  return existing.id;
}
