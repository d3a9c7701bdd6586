/** The members of a response that the floor needs. */
interface Answer {
  readonly access_token: string;
  readonly expires_in: number;
}

/**
 * The least a token cache with shared requests can do: a concatenated key, one lookup, the expiry, a new result, and a
 * `Map` of pending requests. It checks nothing and never evicts.
 */
export function floorCache(ask: (scope: string) => Promise<Answer>) {
  const tokens = new Map<string, { readonly accessToken: string; readonly expiresAtMs: number }>();
  const flights = new Map<string, Promise<void>>();
  const fetch = async (key: string, scope: string): Promise<void> => {
    const { access_token: accessToken, expires_in: seconds } = await ask(scope);
    tokens.set(key, { accessToken, expiresAtMs: Date.now() + seconds * 1_000 });
    flights.delete(key);
  };
  return async (scope: string, isForced = false): Promise<{ accessToken: string; expiresOn: Date }> => {
    const key = `app|${scope}`;
    for (let isFresh = !isForced; ; isFresh = true) {
      const token = tokens.get(key);
      if (isFresh && token && token.expiresAtMs > Date.now()) {
        return { accessToken: token.accessToken, expiresOn: new Date(token.expiresAtMs) };
      }
      let flight = flights.get(key);
      if (flight === undefined) {
        flight = fetch(key, scope);
        flights.set(key, flight);
      }
      await flight;
    }
  };
}
