import type { ServicePrincipal } from "../../directory/servicePrincipals/servicePrincipals.ts";
import { azureResourceManagerAppId, microsoftGraphAppId } from "../../directory/wellKnown.ts";

/** A claim of a kind of token. `undefined` leaves it out. */
export interface ClaimRow<Subject, Profile extends string> {
  readonly name: string;
  readonly profiles: readonly Profile[];
  readonly value: (subject: Subject) => unknown;
}

interface Table<Subject> {
  readonly rows: readonly Pick<ClaimRow<Subject, string>, "name" | "value">[];
  readonly nulls: Readonly<Record<string, null>>;
}

/**
 * Returns a function that builds the claims of a profile in the order of the rows. Claims that are `undefined` are left
 * out of the JSON.
 */
export function claimTable<Subject, Profile extends string>(
  rows: readonly ClaimRow<Subject, Profile>[],
): (profile: Profile, subject: Subject) => Record<string, unknown> {
  const tables = new Map<Profile, Table<Subject>>();
  return (profile, subject) => {
    const table = tables.get(profile) ?? tableOf(rows, profile);
    tables.set(profile, table);
    const claims: Record<string, unknown> = { ...table.nulls };
    for (const { name, value } of table.rows) {
      claims[name] = value(subject);
    }
    return claims;
  };
}

function tableOf<Subject, Profile extends string>(
  rows: readonly ClaimRow<Subject, Profile>[],
  profile: Profile,
): Table<Subject> {
  const fitting = rows.filter(({ profiles }) => profiles.includes(profile));
  // V8 treats a parsed object, and copies of it, as a record; one that gets its names one by one becomes a hash table,
  // which takes twice as long to fill and to write as JSON.
  const nulls = JSON.parse(JSON.stringify(Object.fromEntries(fitting.map(({ name }) => [name, null]))));
  return { rows: fitting, nulls };
}

/** Access tokens differ for Graph, for Azure Resource Manager, and by version for any other API. */
export type AccessTokenProfile = "graph" | "arm" | "api1" | "api2";

/** The profiles that a row of a claim table applies to. */
export const profiles: Readonly<
  Record<"all" | "version1" | "version2" | "microsoft" | "graph", readonly AccessTokenProfile[]>
> = {
  all: ["graph", "arm", "api1", "api2"],
  version1: ["graph", "arm", "api1"],
  version2: ["api2"],
  microsoft: ["graph", "arm"],
  graph: ["graph"],
};

/** The profile of a token for a resource. */
export function accessTokenProfile(resource: ServicePrincipal, version: 1 | 2): AccessTokenProfile {
  switch (resource.appId) {
    case microsoftGraphAppId:
      return "graph";
    case azureResourceManagerAppId:
      return "arm";
    default:
      return version === 1 ? "api1" : "api2";
  }
}
