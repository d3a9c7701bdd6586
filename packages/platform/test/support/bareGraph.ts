import { movableClock, systemClock } from "../../src/core/clock.ts";
import { eventLog, type PlatformEvent } from "../../src/core/events.ts";
import { systemRandom } from "../../src/core/random.ts";
import { type Directory, openDirectory } from "../../src/directory/directory.ts";
import { seedDirectory } from "../../src/directory/provisioning/seedDirectory.ts";
import { answerGraph } from "../../src/graph/graph.ts";
import { answerFetch } from "../../src/http/fetch.ts";
import type { Database } from "../../src/storage/database.ts";
import { openStorage } from "../../src/storage/openStorage.ts";

/** Graph over a seeded directory, believing any bearer to be a token with the claims last set. */
export interface BareGraph {
  readonly directory: Directory;
  readonly tenantId: string;
  /** Rows that have left the database so far. */
  readonly rowsRead: number;
  readonly events: readonly PlatformEvent[];
  claims(changes: Readonly<Record<string, unknown>>): void;
  request(url: string, init?: RequestInit): Promise<Response>;
  close(): void;
}

export function openBareGraph(origin: string): BareGraph {
  const clock = movableClock(systemClock);
  const random = systemRandom();
  const storage = openStorage(undefined);
  let rowsRead = 0;
  const counting: Database = {
    ...storage,
    all(sql, ...values) {
      const rows = storage.all(sql, ...values);
      rowsRead += rows.length;
      return rows;
    },
  };
  const directory = openDirectory(counting, clock, random);
  const tenant = seedDirectory(directory, {});
  const nowSeconds = Math.floor(clock.now() / 1000);
  const usual = { aud: "https://graph.microsoft.com", tid: tenant.id, iat: nowSeconds - 300, exp: nowSeconds + 3600 };
  let claims: Readonly<Record<string, unknown>> = usual;
  const events = eventLog(clock, undefined);
  const context = {
    url: origin,
    directory,
    clock,
    random,
    events,
    signing: { verify: async () => ({ kind: "verified" as const, claims }) },
  };
  return {
    directory,
    tenantId: tenant.id,
    get rowsRead() {
      return rowsRead;
    },
    get events() {
      return events.recent();
    },
    claims(changes) {
      claims = { ...usual, ...changes };
    },
    async request(url, init = {}) {
      const headers = new Headers(init.headers);
      headers.set("authorization", "Bearer a.b.c");
      return answerFetch((request) => answerGraph(context, request), new Request(url, { ...init, headers }));
    },
    close: () => storage.close(),
  };
}
