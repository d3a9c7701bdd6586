/** One claim of a kind of token. `undefined` leaves it out. */
export interface ClaimRow<Subject, Profile extends string> {
  readonly name: string;
  readonly profiles: readonly Profile[];
  readonly value: (subject: Subject) => unknown;
}

interface Table<Subject> {
  readonly rows: readonly Pick<ClaimRow<Subject, string>, "name" | "value">[];
  readonly nulls: Readonly<Record<string, null>>;
}

/** Makes the claims of a profile, in the order of the rows. Those that are `undefined` do not come into a token. */
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
  // To V8, an object that was parsed is a record, as its copies are; one that got its names one by one is a hash table,
  // which takes twice as long to fill and to write as JSON.
  const nulls = JSON.parse(JSON.stringify(Object.fromEntries(fitting.map(({ name }) => [name, null]))));
  return { rows: fitting, nulls };
}
