import { numberColumn, optionalTextColumn, type Row, textColumn } from "../../storage/database.ts";
import type { Directory } from "../directory.ts";

export interface TenantDomain {
  readonly name: string;
  /** The `*.onmicrosoft.com` name that the tenant was created with. */
  readonly isInitial: boolean;
  readonly isDefault: boolean;
}

export interface Tenant {
  readonly id: string;
  readonly displayName: string;
  readonly createdMs: number;
  /** In the order they were added. The initial one comes first. */
  readonly domains: readonly TenantDomain[];
  /** What Graph's `organization` shows beside the name: country, city, phones, ... */
  readonly profile: TenantProfile;
}

export interface TenantProfile {
  readonly countryLetterCode: string | null;
  readonly country: string | null;
  readonly city: string | null;
  readonly state: string | null;
  readonly street: string | null;
  readonly postalCode: string | null;
  readonly preferredLanguage: string | null;
  readonly businessPhones: readonly string[];
  readonly technicalNotificationMails: readonly string[];
  /** "NA", "EU", ...: shown in tokens and in the discovery document. */
  readonly regionScope: string;
}

export function createTenant(directory: Directory, tenant: Tenant): void {
  directory.database.transaction(() => {
    directory.database.run(
      "INSERT INTO tenant (id, displayName, createdMs, document) VALUES (?, ?, ?, ?)",
      tenant.id,
      tenant.displayName,
      tenant.createdMs,
      JSON.stringify(tenant.profile),
    );
    for (const domain of tenant.domains) {
      directory.database.run(
        "INSERT INTO tenantDomain (name, tenantId, isInitial, isDefault) VALUES (?, ?, ?, ?)",
        domain.name,
        tenant.id,
        Number(domain.isInitial),
        Number(domain.isDefault),
      );
    }
  });
}

export function getTenant(directory: Directory, id: string): Tenant | undefined {
  const row = directory.database.get("SELECT * FROM tenant WHERE id = ?", id.toLowerCase());
  return row === undefined ? undefined : readTenant(directory, row);
}

/** Oldest first. */
export function listTenants(directory: Directory): readonly Tenant[] {
  return directory.database.all("SELECT * FROM tenant ORDER BY rowid").map((row) => readTenant(directory, row));
}

/** Finds the tenant that has verified the domain. Names such as `contoso.onmicrosoft.com` count. */
export function findTenantByDomain(directory: Directory, domain: string): Tenant | undefined {
  const row = directory.database.get("SELECT tenantId FROM tenantDomain WHERE name = ?", domain);
  return row === undefined ? undefined : getTenant(directory, textColumn(row, "tenantId"));
}

/**
 * Whether the text has at least two labels, the last one not a number: `v1.0` is not a domain. @see RFC 1123 section
 * 2.1
 */
export function isDomainName(text: string): boolean {
  return /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/i.test(text);
}

/** `contoso.onmicrosoft.com`: the publisher domain of an application registered in the tenant. */
export function initialDomain(tenant: Tenant): string {
  return tenant.domains.find((domain) => domain.isInitial)?.name ?? tenant.id;
}

function readTenant(directory: Directory, row: Row): Tenant {
  const id = textColumn(row, "id");
  const domains = directory.database.all(
    "SELECT name, isInitial, isDefault FROM tenantDomain WHERE tenantId = ? ORDER BY rowid",
    id,
  );
  return {
    id,
    displayName: textColumn(row, "displayName"),
    createdMs: numberColumn(row, "createdMs"),
    domains: domains.map((domain) => ({
      name: textColumn(domain, "name"),
      isInitial: numberColumn(domain, "isInitial") === 1,
      isDefault: numberColumn(domain, "isDefault") === 1,
    })),
    profile: directory.parse(`tenant ${id}`, textColumn(row, "document")) as TenantProfile,
  };
}

export function getSetting(directory: Directory, name: string): string | undefined {
  const row = directory.database.get("SELECT value FROM setting WHERE name = ?", name);
  return row === undefined ? undefined : optionalTextColumn(row, "value");
}

export function putSetting(directory: Directory, name: string, value: string): void {
  directory.database.run(
    "INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    name,
    value,
  );
}
