import type { CacheDialect } from "../../../api/tokenCache.ts";
import { utf8 } from "../../../crypto/base64url.ts";
import type { Profile } from "../../userTokenCache.ts";
import type { Components } from "../accessTokenEntity.ts";
import { type CacheIdentity, homeTenantOf, realmOf } from "../cacheIdentity.ts";

/** SHA-256 as base64url. */
type Hash = (text: string) => string;

/** The rules of a dialect, where libraries write differently. */
export interface DialectRules {
  /** The host that entries are cached under. */
  environment(identity: CacheIdentity): string;
  /** The `home_account_id` of an app token. */
  readonly appHomeAccountId: "" | null;
  /** The realm of an app token. */
  appRealm(identity: CacheIdentity, tenant: string): string;
  /** The realm of a user's tokens. */
  userRealm(identity: CacheIdentity, profile: Profile): string;
  /** Whether a user has one account for all tenants, or one for each. */
  readonly accountPer: "user" | "tenant";
  readonly genericAuthorityType: string;
  target(scopes: readonly string[]): string;
  /** The end of a credential's key; the scheme of a Bearer token is empty. */
  keyEnd(scheme: string): readonly string[];
  /** Whether AppMetadata always contains the application, or only as a member of a family. */
  readonly alwaysMentionsApplication: boolean;
  /** Whether the key of a family's refresh token contains the family. */
  readonly keysByFamily: boolean;
  /** The key of a token that was requested with extra parameters. */
  extendedKey(components: Components, hash: Hash): { readonly type: string; readonly end: readonly string[] };
}

export const dialects: Readonly<Record<CacheDialect, DialectRules>> = {
  "msal-node": {
    environment: ({ cacheHost }) => cacheHost(),
    appHomeAccountId: "",
    appRealm: realmOf,
    userRealm(identity, { account, idTokenClaims: claims }) {
      // B2C: the user flow stands for the tenant.
      const realm = claims?.tid ?? claims?.["tfp"] ?? claims?.["acr"];
      return typeof realm === "string" ? realm : realmOf(identity, account.tenantId);
    },
    accountPer: "user",
    genericAuthorityType: "Generic",
    target: (scopes) => scopes.join(" "),
    keyEnd: (scheme) => [scheme],
    alwaysMentionsApplication: false,
    keysByFamily: true,
    extendedKey: (components, hash) => ({ type: "AccessToken", end: ["", hash(JSON.stringify(components))] }),
  },
  "msal-python": {
    environment: ({ networkHost }) => networkHost(),
    appHomeAccountId: null,
    appRealm: (identity, tenant) => identity.tenantIds.get(tenant) ?? realmOf(identity, tenant),
    userRealm(identity, { account }) {
      const { isMultiTenant, authority } = identity;
      const isAtHome = account.tenantId === homeTenantOf(account.homeAccountId);
      return isMultiTenant && isAtHome ? (authority.tenant ?? "") : realmOf(identity, account.tenantId);
    },
    accountPer: "tenant",
    genericAuthorityType: "MSSTS",
    target: (scopes) => scopes.toSorted().join(" "),
    keyEnd: () => [],
    alwaysMentionsApplication: true,
    keysByFamily: false,
    extendedKey: (components, hash) => ({ type: "atext", end: [extendedHash(components, hash)] }),
  },
};

/** How MSAL Python, Go and Java identify such a token: a hash of the names and values. */
export function extendedHash(components: Components, hash: Hash): string {
  return hash(lengthPrefixed(components));
}

/** Names and values, sorted, each prefixed with its length: no two sets are equal. */
function lengthPrefixed(components: Components): string {
  return Object.entries(components)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flat()
    .map((part) => `${utf8(part).length}:${part}`)
    .join("");
}
