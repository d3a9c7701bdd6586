import { randomBytes } from "node:crypto";
import type { Controls } from "../control/controls.ts";
import { faultList } from "../control/injectedFaults/faultList.ts";
import type { FaultRule } from "../control/injectedFaults/faultRule.ts";
import { listeners as newListeners } from "../control/listeners.ts";
import { platformState } from "../control/state.ts";
import type { MovableClock } from "../core/clock.ts";
import type { EventLog } from "../core/events.ts";
import type { Restorable } from "../core/restorable.ts";
import type { Directory } from "../directory/directory.ts";
import { seedDirectory } from "../directory/provisioning/seedDirectory.ts";
import { getSetting, getTenant, initialDomain, putSetting, type Tenant } from "../directory/tenants/tenants.ts";
import { seedSecretSetting } from "../directory/users/userPasswords.ts";
import type { Throttling } from "../graph/request/throttling/throttling.ts";
import type { LoadedSeed } from "../seed/loadSeed.ts";
import type { Seeded } from "../seed/seed.ts";
import type { AccountLockout } from "../signIn/accountLockout.ts";
import type { Sessions } from "../signIn/sessions.ts";
import type { SigningKeys } from "../signing/signingKeys.ts";
import { emptyTables, saveTables } from "../storage/savedTables.ts";

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
      resetDirectory: options.isKept ? startAnew : undefined,
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
