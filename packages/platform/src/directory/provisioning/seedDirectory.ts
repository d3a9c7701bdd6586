import type { Directory } from "../directory.ts";
import { addRoleMember } from "../directoryRoles/directoryRoles.ts";
import { globalAdministrator } from "../directoryRoles/roleTemplates.ts";
import { getSetting, getTenant, putSetting, type Tenant } from "../tenants/tenants.ts";
import { seedSecretSetting, useSeededPassword } from "../users/userPasswords.ts";
import { createUser } from "../users/users.ts";
import { provisionTenant } from "./provisionTenant.ts";
import { sampleUsers } from "./sampleUsers.ts";

/** The tenant to create in a new directory. */
export interface TenantSeed {
  /** Default `5f0c7a3e-2b1d-4c6f-9e8a-7d6b5c4a3f21`. */
  readonly id?: string | undefined;
  /** Default "Contoso". */
  readonly displayName?: string | undefined;
  /** The initial domain, default `contoso.onmicrosoft.com`. */
  readonly domain?: string | undefined;
}

const seededTenantId = "5f0c7a3e-2b1d-4c6f-9e8a-7d6b5c4a3f21";
export const administratorId: string = userId(0);

const homeTenantSetting = "homeTenant";

/** Well before the platform starts, as for most real tenants. 2021-03-15T09:00:00Z */
const tenantCreatedMs = 1_615_798_800_000;

/** Whether the directory has been seeded. */
export function isSeeded(directory: Directory): boolean {
  return getSetting(directory, homeTenantSetting) !== undefined;
}

/**
 * Seeds an empty directory and returns its tenant, or the existing tenant. All ids are fixed; the passwords are not.
 */
export function seedDirectory(directory: Directory, options: TenantSeed): Tenant {
  const homeTenantId = getSetting(directory, homeTenantSetting);
  const requestedId = options.id?.toLowerCase();
  if (homeTenantId !== undefined) {
    const existing = getTenant(directory, homeTenantId);
    if (existing === undefined || (requestedId !== undefined && requestedId !== homeTenantId)) {
      throw new Error(`The data directory belongs to tenant ${homeTenantId}: omit tenant.id, or use another directory`);
    }
    return existing;
  }
  const id = requestedId ?? seededTenantId;
  const initial = options.domain ?? "contoso.onmicrosoft.com";
  return directory.database.transaction(() => {
    putSetting(directory, homeTenantSetting, id);
    putSetting(directory, seedSecretSetting, Buffer.from(directory.random.bytes(32)).toString("base64url"));
    const tenant = provisionTenant(directory, {
      id,
      displayName: options.displayName ?? "Contoso",
      createdMs: tenantCreatedMs,
      domains: [initial, secondDomain(initial)],
      objectIds: "seeded",
    });
    seedUsers(directory, tenant);
    return tenant;
  });
}

function secondDomain(initial: string): string {
  const name = initial.split(".", 1)[0];
  return initial.toLowerCase().endsWith(".example") ? `${name}.test` : `${name}.example`;
}

function seedUsers(directory: Directory, tenant: Tenant): void {
  const domain = tenant.domains[0]?.name ?? tenant.id;
  sampleUsers.forEach(
    ([givenName, surname, jobTitle, department, officeLocation, preferredLanguage, country], index) => {
      const isAdministrator = index === 0;
      const mailNickname = isAdministrator ? "admin" : `${asciiName(givenName)}.${asciiName(surname)}`;
      const hasMail = index % 7 !== 6;
      const mail = `${mailNickname}@${domain}`;
      createUser(directory, {
        id: userId(index),
        tenantId: tenant.id,
        userPrincipalName: mail,
        displayName: `${givenName} ${surname}`,
        mailNickname,
        givenName,
        surname,
        jobTitle,
        department,
        officeLocation,
        preferredLanguage,
        usageLocation: country,
        country,
        companyName: tenant.displayName,
        employeeId: String(1000 + index),
        mail: hasMail ? mail : null,
        proxyAddresses: hasMail ? [`SMTP:${mail}`] : [],
        mobilePhone: index % 3 === 0 ? `+1 425 555 0${100 + index}` : null,
        businessPhones: index % 4 === 3 ? [] : [`+1 425 555 0${200 + index}`],
        accountEnabled: index !== sampleUsers.length - 2,
        createdDateTime: new Date(tenantCreatedMs + index * 86_400_000).toISOString().replace(".000Z", "Z"),
      });
      useSeededPassword(directory, userId(index));
      if (isAdministrator) {
        addRoleMember(directory, globalAdministrator.templateId, userId(index));
      }
    },
  );
}

function userId(index: number): string {
  return `a1de0000-0000-4000-8000-${String(index + 1).padStart(12, "0")}`;
}

function asciiName(name: string): string {
  return name
    .normalize("NFD")
    .replace(/[^A-Za-z-]/g, "")
    .toLowerCase();
}
