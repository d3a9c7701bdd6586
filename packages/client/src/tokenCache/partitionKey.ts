/** The owner of a partition's tokens: the application, a user, or an on-behalf-of caller. */
export type Owner =
  | { readonly kind: "app" }
  | { readonly kind: "user"; readonly homeAccountId: string }
  | { readonly kind: "obo"; readonly assertionHash: string }
  | { readonly kind: "obo"; readonly sessionKey: string };

/** What a token depends on besides its owner, tenant and scopes: calls that differ here never share one. */
export interface Extras {
  readonly claimsFromClient?: string | undefined;
  readonly extraBodyParameters?: Readonly<Record<string, string>> | undefined;
}

/** The content of a partition key. */
export interface Partition {
  readonly owner: Exclude<Owner, { readonly kind: "obo" }>;
  readonly environment: string;
  readonly clientId: string;
  /** The tenant; the URL of an authority that has none. */
  readonly tenant: string;
  readonly extras: Extras;
}

/** The key that separates tokens: kind, environment group, client, tenant, user and extra parameters. */
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
    ...ownerParts(owner),
    ...(claimsFromClient === undefined ? [] : [["claims", claimsFromClient]]),
    ...extras,
  ]);
}

/** Identifies an owner among those of its kind; marked, because a session key may look like a hash. */
function ownerParts(owner: Owner): readonly string[] {
  if (owner.kind === "app") {
    return [];
  }
  if (owner.kind === "user") {
    return [owner.homeAccountId];
  }
  return "sessionKey" in owner ? ["session", owner.sessionKey] : [owner.assertionHash];
}

/** Parses the result of {@link partitionKey}, except for callers' keys, which are never parsed. */
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
