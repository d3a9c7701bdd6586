import { randomBytes } from "node:crypto";
import type { MovableClock } from "./clock.ts";
import type { Controls } from "./controls.ts";
import type { Directory } from "./directory/directory.ts";
import { seedDirectory } from "./directory/seed/seed.ts";
import { getSetting, getTenant, initialDomain, putSetting, type Tenant } from "./directory/tenants.ts";
import { seedSecretSetting } from "./directory/userPasswords.ts";
import type { EventLog } from "./events.ts";
import type { FaultRule } from "./faults/faultRule.ts";
import { faultList } from "./faults.ts";
import type { Throttling } from "./graph/throttling/throttling.ts";
import { listeners as newListeners } from "./listeners.ts";
import type { LoadedSeed } from "./manifest/loadSeed.ts";
import type { Seeded } from "./manifest/manifest.ts";
import type { AccountLockout } from "./portal/accountLockout.ts";
import type { Sessions } from "./portal/sessions.ts";
import type { Restorable } from "./restorable.ts";
import type { SigningKeys } from "./signing/signingKeys.ts";
import { platformState } from "./state.ts";
import { emptyTables, saveTables } from "./storage/savedTables.ts";

export interface ControlsOptions {
  readonly directory: Directory;
  readonly tenant: Tenant;
  /** Whether the directory was there before this start. */
  readonly isKept: boolean;
  readonly seed: LoadedSeed | undefined;
  readonly faults: readonly FaultRule[];
  readonly clock: MovableClock & Restorable;
  readonly sessions: Sessions;
  readonly lockout: AccountLockout;
  readonly throttling: Throttling | undefined;
  readonly events: EventLog;
  readonly keys: SigningKeys;
}

const nothingSeeded: Seeded = { applications: [], managedIdentities: [] };

/** Applies the seed and remembers the state that `reset` leads back to. */
export function openControls(options: ControlsOptions): Controls {
  const { directory, tenant, seed, clock, sessions, lockout, throttling, events, keys } = options;
  const faults = faultList(directory, directory.random, options.faults);
  const listeners = newListeners();
  const stopping = new AbortController();
  let seeded: Seeded = seed?.apply(directory, tenant) ?? nothingSeeded;

  /** For a directory with a past: its first state is made anew, because it was never seen. Passwords stay. */
  function startAnew(): void {
    directory.database.transaction(() => {
      const seedSecret = getSetting(directory, seedSecretSetting) ?? "";
      emptyTables(directory.database);
      seedDirectory(directory, { id: tenant.id, displayName: tenant.displayName, domain: initialDomain(tenant) });
      putSetting(directory, seedSecretSetting, seedSecret);
      seeded = seed?.apply(directory, tenant) ?? nothingSeeded;
    });
  }

  return {
    // Never from the platform's own random source: with a seeded one it could be guessed.
    token: randomBytes(32).toString("base64url"),
    clock,
    faults,
    listeners,
    events,
    keys,
    state: platformState({
      now: clock.now,
      directory: { save: () => saveTables(directory.database) },
      firstDirectory: options.isKept ? startAnew : undefined,
      parts: [clock, faults, sessions, lockout, ...(throttling === undefined ? [] : [throttling])],
      listeners,
      events,
    }),
    seeded: () => seeded,
    seed: (given) => given.apply(directory, getTenant(directory, tenant.id) ?? tenant),
    stopping: stopping.signal,
    stop: () => stopping.abort(),
  };
}
