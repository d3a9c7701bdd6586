import { randomUUID } from "node:crypto";
import type { SeedAppRole, SeedScope } from "@latchkey/platform";
import type { OfferedPermission } from "../graphShapes.ts";

/** The app roles as they will be: those there are, brought up to the manifest, then the new ones. */
export function offeredRoles(
  there: readonly OfferedPermission[],
  wanted: readonly SeedAppRole[] = [],
): readonly OfferedPermission[] {
  return offered(there, wanted, ({ value, displayName, description, allowedMemberTypes }, isNew) => ({
    displayName: displayName ?? (isNew ? value : undefined),
    description: description ?? (isNew ? value : undefined),
    allowedMemberTypes: allowedMemberTypes ?? (isNew ? ["Application"] : undefined),
  }));
}

/** The scopes as they will be. */
export function offeredScopes(
  there: readonly OfferedPermission[],
  wanted: readonly SeedScope[] = [],
): readonly OfferedPermission[] {
  return offered(there, wanted, ({ value, displayName, description, type }, isNew) => ({
    adminConsentDisplayName: displayName ?? (isNew ? value : undefined),
    adminConsentDescription: description ?? (isNew ? value : undefined),
    userConsentDisplayName: displayName,
    userConsentDescription: description,
    type: type ?? (isNew ? "User" : undefined),
  }));
}

/** A permission keeps its id, because consent is given to the id. */
function offered<Wanted extends { readonly value: string; readonly id?: string | undefined }>(
  there: readonly OfferedPermission[],
  wanted: readonly Wanted[],
  fields: (permission: Wanted, isNew: boolean) => object,
): readonly OfferedPermission[] {
  const wholly = (permission: Wanted, before: OfferedPermission | undefined): OfferedPermission => {
    const own = Object.entries(fields(permission, before === undefined)).filter(([, field]) => field !== undefined);
    const base = before ?? {
      id: permission.id?.toLowerCase() ?? randomUUID(),
      value: permission.value,
      isEnabled: true,
    };
    return { ...base, ...Object.fromEntries(own) };
  };
  const kept = there.map((before) => {
    const permission = wanted.find(({ value }) => value === before.value);
    return permission === undefined ? before : wholly(permission, before);
  });
  const known = new Set(there.map(({ value }) => value));
  return [
    ...kept,
    ...wanted.filter(({ value }) => !known.has(value)).map((permission) => wholly(permission, undefined)),
  ];
}
