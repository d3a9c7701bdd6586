/** The kind of an authority, which determines its rules. */
export type AuthorityKind = "entra" | "b2c" | "externalId" | "adfs" | "generic";
