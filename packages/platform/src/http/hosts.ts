/** The names the platform answers to. Others are refused: a page of a foreign site must not reach it by DNS rebinding. */
export interface Hosts {
  isAllowed(host: string): boolean;
}

/** The loopback names with the platform's port, and the given ones, as `name` (any port) or `name:port`. */
export function allowedHosts(port: number, further: readonly string[]): Hosts {
  const names = new Set(further.map((name) => name.toLowerCase()));
  for (const name of ["localhost", "127.0.0.1", "[::1]"]) {
    names.add(`${name}:${port}`);
    if (port === 443) {
      names.add(name);
    }
  }
  return {
    isAllowed(host) {
      const lower = host.toLowerCase();
      return names.has(lower) || names.has(lower.replace(/:\d+$/, ""));
    },
  };
}
