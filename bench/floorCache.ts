/** What the floor needs of an answer. */
interface Answer {
  readonly access_token: string;
  readonly expires_in: number;
}

/**
 * The least that a token cache with shared requests can do: a key by concatenation, one look-up, the expiry, a fresh
 * result, and a `Map` of flights. It checks nothing and never forgets.
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
