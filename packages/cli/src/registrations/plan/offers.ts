import { randomUUID } from "node:crypto";
import type { SeedAppRole, SeedScope } from "@latchkey/platform";
import type { OfferedPermission } from "../graphShapes.ts";

/** Returns the app roles after the plan: the existing ones, updated from the manifest, then the new ones. */
export function offeredRoles(
  existing: readonly OfferedPermission[],
  desired: readonly SeedAppRole[] = [],
): readonly OfferedPermission[] {
  return offered(existing, desired, ({ value, displayName, description, allowedMemberTypes }, isNew) => ({
    displayName: displayName ?? (isNew ? value : undefined),
    description: description ?? (isNew ? value : undefined),
    allowedMemberTypes: allowedMemberTypes ?? (isNew ? ["Application"] : undefined),
  }));
}

/** Returns the scopes after the plan. */
export function offeredScopes(
  existing: readonly OfferedPermission[],
  desired: readonly SeedScope[] = [],
): readonly OfferedPermission[] {
  return offered(existing, desired, ({ value, displayName, description, type }, isNew) => ({
    adminConsentDisplayName: displayName ?? (isNew ? value : undefined),
    adminConsentDescription: description ?? (isNew ? value : undefined),
    userConsentDisplayName: displayName,
    userConsentDescription: description,
    type: type ?? (isNew ? "User" : undefined),
  }));
}

/** A permission keeps its id, because consent refers to the id. */
function offered<Desired extends { readonly value: string; readonly id?: string | undefined }>(
  existing: readonly OfferedPermission[],
  desired: readonly Desired[],
  fields: (permission: Desired, isNew: boolean) => object,
): readonly OfferedPermission[] {
  const complete = (permission: Desired, before: OfferedPermission | undefined): OfferedPermission => {
    const own = Object.entries(fields(permission, before === undefined)).filter(([, field]) => field !== undefined);
    const base = before ?? {
      id: permission.id?.toLowerCase() ?? randomUUID(),
      value: permission.value,
      isEnabled: true,
    };
    return { ...base, ...Object.fromEntries(own) };
  };
  const updated = existing.map((before) => {
    const permission = desired.find(({ value }) => value === before.value);
    return permission === undefined ? before : complete(permission, before);
  });
  const known = new Set(existing.map(({ value }) => value));
  return [
    ...updated,
    ...desired.filter(({ value }) => !known.has(value)).map((permission) => complete(permission, undefined)),
  ];
}
