/** Whose tokens a partition holds: the application's own, or a user's. */
export type Owner = { readonly kind: "app" } | { readonly kind: "user"; readonly homeAccountId: string };

/** What changes a token beside its owner, tenant and scopes: two calls that differ here never share one. */
export interface Extras {
  readonly claimsFromClient?: string | undefined;
  readonly extraBodyParameters?: Readonly<Record<string, string>> | undefined;
}

/** What a partition key says. */
export interface Partition {
  readonly owner: Owner;
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
    ...(owner.kind === "user" ? [owner.homeAccountId] : []),
    ...(claimsFromClient === undefined ? [] : [["claims", claimsFromClient]]),
    ...extras,
  ]);
}

/** Reads a key that {@link partitionKey} made. */
export function parsePartitionKey(key: string): Partition {
  const parts = JSON.parse(key) as (string | readonly [string, string])[];
  const [kind, environment, clientId, tenant, homeAccountId] = parts.filter((part) => typeof part === "string") as [
    Owner["kind"],
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
