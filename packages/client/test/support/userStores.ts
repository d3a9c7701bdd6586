import { AsyncLocalStorage } from "node:async_hooks";
import type { Account, CachePlugin, PublicClientApplication } from "@latchkey/client";
import { tenantId } from "./daemon.ts";
import type { Responder, ScriptedResponse } from "./scriptedService.ts";
import { idTokenResponse } from "./tool.ts";

/** The home account id of a user. */
export function homeIdOf(name: string): string {
  return `uid-${name}.${tenantId}`;
}

/** A service that answers a refresh token for the user that it names; each value that it issues names that user. */
export const answerForOwner: Responder = ({ form }, index): ScriptedResponse => {
  const [, name] = /^of-(\w+)/.exec(form.get("refresh_token") ?? "") ?? [];
  if (name === undefined) {
    return idTokenResponse();
  }
  return idTokenResponse(
    { sub: `sub-${name}`, oid: `uid-${name}`, name, preferred_username: `${name}@contoso.example` },
    0,
    {
      access_token: `of-${name}-access-${index}`,
      refresh_token: `of-${name}-refresh-${index}`,
      client_info: Buffer.from(JSON.stringify({ uid: `uid-${name}`, utid: tenantId })).toString("base64url"),
    },
  );
};

/** Signs a user in. */
export async function signIn(app: PublicClientApplication, name: string): Promise<Account> {
  const { account } = await app.acquireTokenByRefreshToken({ refreshToken: `of-${name}`, scopes: ["User.Read"] });
  return account as Account;
}

/** The owners of the tokens in a text, and those who have an account or a home account id in it. */
export function usersIn(text: string): string[] {
  return [...new Set([...text.matchAll(/\b(?:of|uid)-([a-z]+)/g)].map(([, name]) => name ?? ""))].sort();
}

/** Stores by name, and the current one. */
export interface Stores {
  readonly texts: Map<string, string>;
  readonly current: AsyncLocalStorage<string>;
  /** Thrown or awaited before the next read or write. */
  beforeRead: () => unknown;
  beforeWrite: () => unknown;
}

export function createStores(): Stores {
  return {
    texts: new Map(),
    current: new AsyncLocalStorage(),
    beforeRead: () => undefined,
    beforeWrite: () => undefined,
  };
}

/** A plugin over the current user's store, against the advice to have one for each. It may ignore an empty one. */
export function switchingPlugin(stores: Stores, { skipsEmptyStore = true } = {}): CachePlugin {
  const { texts, current } = stores;
  return {
    async beforeCacheAccess({ tokenCache }) {
      await stores.beforeRead();
      const text = texts.get(current.getStore() ?? "");
      if (text !== undefined || skipsEmptyStore) {
        tokenCache.deserialize(text ?? "");
      }
    },
    async afterCacheAccess({ cacheHasChanged, tokenCache }) {
      if (!cacheHasChanged) {
        return;
      }
      await stores.beforeWrite();
      texts.set(current.getStore() ?? "", tokenCache.serialize());
    },
  };
}
