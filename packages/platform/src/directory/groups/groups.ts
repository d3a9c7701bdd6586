import { randomGuid } from "../../core/random.ts";
import { numberColumn, type Row, type SqlValue, textColumn } from "../../storage/database.ts";
import { type Directory, isoSeconds } from "../directory.ts";
import { storeDeleted } from "../directoryObjects/deletedObjects.ts";
import { removePrincipalReferences } from "../directoryObjects/removeReferences.ts";
import { type Page, type PageRequest, readPage } from "../paging.ts";

/** A group with Graph's properties. `null` is Graph's value for "not set". */
export interface Group {
  readonly id: string;
  readonly tenantId: string;
  readonly displayName: string;
  /** The name in a seed; unique in the tenant. */
  readonly uniqueName: string | null;
  readonly description: string | null;
  readonly mail: string | null;
  readonly mailEnabled: boolean;
  readonly mailNickname: string;
  /** Only security-enabled groups can be assigned to an application. */
  readonly securityEnabled: boolean;
  /** `["Unified"]` is a Microsoft 365 group. */
  readonly groupTypes: readonly string[];
  /** Who sees the members: `Public`, `Private` or `HiddenMembership`. */
  readonly visibility: string | null;
  /** ISO 8601 in UTC, whole seconds. */
  readonly createdDateTime: string;
  /** The name of the group in its Active Directory; null for a cloud group. */
  readonly onPremisesSamAccountName: string | null;
  /** The DNS name of its Active Directory domain. */
  readonly onPremisesDomainName: string | null;
  readonly onPremisesNetBiosName: string | null;
}

/** The maximum number of characters in a group's description. */
export const descriptionLimit = 1024;

export type GroupOrder = "id" | "displayName";

/** The required properties of a new group. The others get the defaults of a cloud security group. */
export type NewGroup = Pick<Group, "tenantId" | "displayName"> & Partial<Group>;

export function createGroup(directory: Directory, properties: NewGroup): Group {
  const createdMs = directory.clock.now();
  const id = properties.id?.toLowerCase() ?? randomGuid(directory.random);
  const group: Group = {
    uniqueName: null,
    description: null,
    mail: null,
    mailEnabled: false,
    mailNickname: properties.displayName.replace(/[^A-Za-z0-9-]/g, "") || id.slice(0, 8),
    securityEnabled: true,
    groupTypes: [],
    visibility: null,
    createdDateTime: isoSeconds(createdMs),
    onPremisesSamAccountName: null,
    onPremisesDomainName: null,
    onPremisesNetBiosName: null,
    ...properties,
    id,
  };
  directory.database.run(
    "INSERT INTO directoryGroup (tenantId, displayName, uniqueName, document, createdMs, id) VALUES (?, ?, ?, ?, ?, ?)",
    ...columns(group),
    createdMs,
    id,
  );
  return group;
}

export function getGroup(directory: Directory, id: string): Group | undefined {
  return readOptional(directory.database.get("SELECT * FROM directoryGroup WHERE id = ?", id.toLowerCase()));
}

export function findGroupByUniqueName(directory: Directory, tenantId: string, uniqueName: string): Group | undefined {
  const sql = "SELECT * FROM directoryGroup WHERE tenantId = ? AND uniqueName = ?";
  return readOptional(directory.database.get(sql, tenantId, uniqueName));
}

/** Finds a Microsoft 365 group, whose nickname is unique in the tenant. */
export function findUnifiedGroupByNickname(
  directory: Directory,
  tenantId: string,
  mailNickname: string,
): Group | undefined {
  const sql = `SELECT * FROM directoryGroup WHERE tenantId = ? AND document ->> '$.groupTypes[0]' = 'Unified'
               AND document ->> '$.mailNickname' = ? COLLATE NOCASE`;
  return readOptional(directory.database.get(sql, tenantId, mailNickname));
}

/** Returns the oldest group when several have the name. */
export function findGroupByDisplayName(directory: Directory, tenantId: string, displayName: string): Group | undefined {
  const sql = "SELECT * FROM directoryGroup WHERE tenantId = ? AND displayName = ? ORDER BY rowid LIMIT 1";
  return readOptional(directory.database.get(sql, tenantId, displayName));
}

/** Replaces the given properties. Returns `undefined` when there is no such group. */
export function updateGroup(
  directory: Directory,
  id: string,
  changes: Partial<Omit<Group, "id" | "tenantId" | "createdDateTime">>,
): Group | undefined {
  return directory.database.transaction(() => {
    const current = getGroup(directory, id);
    if (current === undefined) {
      return undefined;
    }
    const group: Group = { ...current, ...changes };
    directory.database.run(
      "UPDATE directoryGroup SET tenantId = ?, displayName = ?, uniqueName = ?, document = ? WHERE id = ?",
      ...columns(group),
      group.id,
    );
    return group;
  });
}

/**
 * Deletes the group. Its members lose what they had through it. A Microsoft 365 group can be restored for 30 days, a
 * security group cannot. Returns false when there is no such group.
 */
export function deleteGroup(directory: Directory, id: string): boolean {
  return directory.database.transaction(() => {
    const group = getGroup(directory, id);
    if (group === undefined) {
      return false;
    }
    if (group.groupTypes.includes("Unified")) {
      storeDeleted(directory, "group", group);
    }
    removePrincipalReferences(directory, id);
    return directory.database.run("DELETE FROM directoryGroup WHERE id = ?", id) > 0;
  });
}

export function listGroups(directory: Directory, tenantId: string, request: PageRequest<GroupOrder>): Page<Group> {
  return readPage(directory, "directoryGroup", tenantId, request, readGroup);
}

export function countGroups(directory: Directory, tenantId: string): number {
  const row = directory.database.get("SELECT count(*) AS n FROM directoryGroup WHERE tenantId = ?", tenantId);
  return numberColumn(row ?? {}, "n");
}

export function readGroup(row: Row): Group {
  const document = JSON.parse(textColumn(row, "document")) as Omit<Group, "id">;
  // Documents of schema version 2 have no visibility.
  return { ...document, visibility: document.visibility ?? null, id: textColumn(row, "id") };
}

function readOptional(row: Row | undefined): Group | undefined {
  return row === undefined ? undefined : readGroup(row);
}

function columns(group: Group): SqlValue[] {
  const { id: _, ...document } = group;
  return [group.tenantId, group.displayName, group.uniqueName, JSON.stringify(document)];
}
