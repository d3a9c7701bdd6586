import { type Row, textColumn } from "../storage/database.ts";
import type { Directory } from "./directory.ts";

/** What Azure stores about any resource. */
export interface AzureResource {
  /** `/subscriptions/...`, in the case it was created with. Case is ignored. */
  readonly id: string;
  /** In lower case and without spaces: `westeurope`. */
  readonly location: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** Adds the resource, or replaces the one with the same id. */
export function putAzureResource(
  { database }: Directory,
  tenantId: string,
  { id, location, tags }: AzureResource,
): void {
  database.run(
    `INSERT INTO azureResource (tenantId, id, location, tags) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET location = excluded.location, tags = excluded.tags`,
    tenantId,
    id,
    location,
    JSON.stringify(tags),
  );
}

export function getAzureResource({ database }: Directory, tenantId: string, id: string): AzureResource | undefined {
  const row = database.get("SELECT * FROM azureResource WHERE tenantId = ? AND id = ?", tenantId, id);
  return row === undefined ? undefined : readResource(row);
}

/** Lists the resources whose id starts with the prefix, such as `/subscriptions/.../resourceGroups/`, oldest first. */
export function listAzureResources(
  { database }: Directory,
  tenantId: string,
  prefix: string,
): readonly AzureResource[] {
  const lowerPrefix = prefix.toLowerCase();
  return database
    .all("SELECT * FROM azureResource WHERE tenantId = ? ORDER BY rowid", tenantId)
    .map(readResource)
    .filter(({ id }) => id.toLowerCase().startsWith(lowerPrefix));
}

/** Returns false when there is none. */
export function removeAzureResource({ database }: Directory, tenantId: string, id: string): boolean {
  return database.run("DELETE FROM azureResource WHERE tenantId = ? AND id = ?", tenantId, id) > 0;
}

function readResource(row: Row): AzureResource {
  return {
    id: textColumn(row, "id"),
    location: textColumn(row, "location"),
    tags: JSON.parse(textColumn(row, "tags")) as AzureResource["tags"],
  };
}
