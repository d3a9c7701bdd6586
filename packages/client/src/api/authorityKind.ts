/** Whose rules an authority follows. */
export type AuthorityKind = "entra" | "b2c" | "externalId" | "adfs" | "generic";
