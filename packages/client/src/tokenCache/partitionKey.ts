/** Whose tokens a partition holds: the application's own, a user's, or those got on behalf of an API's caller. */
export type Owner =
  | { readonly kind: "app" }
  | { readonly kind: "user"; readonly homeAccountId: string }
  | { readonly kind: "obo"; readonly assertionHash: string }
  | { readonly kind: "obo"; readonly sessionKey: string };

/** What changes a token beside its owner, tenant and scopes: two calls that differ here never share one. */
export interface Extras {
  readonly claimsFromClient?: string | undefined;
  readonly extraBodyParameters?: Readonly<Record<string, string>> | undefined;
}

/** What a partition key says. */
export interface Partition {
  readonly owner: Exclude<Owner, { readonly kind: "obo" }>;
  readonly environment: string;
  readonly clientId: string;
  /** The tenant; the address of an authority that has none. */
  readonly tenant: string;
  readonly extras: Extras;
}

/**
 * The key under which tokens are told apart: kind, environment group, client, tenant, user and what else changes a token.
 */
export function partitionKey(
  clientId: string,
  authority: { readonly environment: string; readonly url: string },
  tenant: string | undefined,
  owner: Owner,
  { claimsFromClient, extraBodyParameters = {} }: Extras = {},
): string {
  const extras = Object.entries(extraBodyParameters).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([
    owner.kind,
    authority.environment,
    clientId,
    tenant ?? authority.url,
    ...namesOf(owner),
    ...(claimsFromClient === undefined ? [] : [["claims", claimsFromClient]]),
    ...extras,
  ]);
}

/** What tells owners of one kind apart; a session key may read like a hash. */
function namesOf(owner: Owner): readonly string[] {
  if (owner.kind === "app") {
    return [];
  }
  if (owner.kind === "user") {
    return [owner.homeAccountId];
  }
  return "sessionKey" in owner ? ["session", owner.sessionKey] : [owner.assertionHash];
}

/** Reads a key that {@link partitionKey} made; those of callers are in an index that nobody reads back. */
export function parsePartitionKey(key: string): Partition {
  const parts = JSON.parse(key) as (string | readonly [string, string])[];
  const [kind, environment, clientId, tenant, homeAccountId] = parts.filter((part) => typeof part === "string") as [
    Exclude<Owner["kind"], "obo">,
    string,
    string,
    string,
    string,
  ];
  const { claims, ...body } = Object.fromEntries(parts.filter((part) => typeof part !== "string"));
  return {
    owner: kind === "app" ? { kind } : { kind, homeAccountId },
    environment,
    clientId,
    tenant,
    extras: {
      ...(claims === undefined ? {} : { claimsFromClient: claims }),
      ...(Object.keys(body).length === 0 ? {} : { extraBodyParameters: body }),
    },
  };
}
