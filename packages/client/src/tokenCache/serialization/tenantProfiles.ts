import { isObject } from "../../runtime/json.ts";
import { type Entity, isWritable, type Keyed, textOf } from "./entity.ts";

/** The notes on a person's tenants, by tenant. */
export function notesOf(accounts: readonly Keyed[]): Map<string, Entity> {
  const notes = new Map<string, Entity>();
  for (const note of accounts.flatMap(tenantProfilesOf)) {
    const tenantId = textOf(note, "tenantId");
    if (!notes.has(tenantId)) {
      notes.set(tenantId, note);
    }
  }
  return notes;
}

/** MSAL Node's notes on the tenants of an account: a list of JSON texts. */
export function tenantProfilesOf({ entity: { tenantProfiles } }: Keyed): Entity[] {
  if (!Array.isArray(tenantProfiles)) {
    return [];
  }
  return tenantProfiles.flatMap((text: unknown) => {
    try {
      const profile: unknown = typeof text === "string" ? JSON.parse(text) : text;
      return isObject(profile) && isWritable(profile) ? [profile] : [];
    } catch {
      return [];
    }
  });
}
