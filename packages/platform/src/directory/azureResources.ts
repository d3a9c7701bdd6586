import { type Row, textColumn } from "../storage/database.ts";
import type { Directory } from "./directory.ts";

/** What Azure keeps of any resource, whatever it is. */
export interface AzureResource {
  /** `/subscriptions/...`, in the letters it was made with; letter case makes no difference. */
  readonly id: string;
  /** In lower case and without spaces: `westeurope`. */
  readonly location: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** Adds it, or puts it in the place of the one that has its id. */
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

/** Oldest first: those whose id begins like this, `/subscriptions/.../resourceGroups/`. */
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

/** False when there is none. */
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
