import { randomBytes } from "node:crypto";
import type { Controls } from "../control/controls.ts";
import { faultList } from "../control/injectedFaults/faultList.ts";
import { listeners as newListeners } from "../control/listeners.ts";
import { platformState } from "../control/state.ts";
import { type MovableClock, movableClock, systemClock } from "../core/clock.ts";
import { type EventLog, eventLog } from "../core/events.ts";
import { type Random, systemRandom } from "../core/random.ts";
import type { Restorable } from "../core/restorable.ts";
import { type Directory, openDirectory } from "../directory/directory.ts";
import { isSeeded, seedDirectory } from "../directory/provisioning/seedDirectory.ts";
import { getSetting, getTenant, initialDomain, putSetting, type Tenant } from "../directory/tenants/tenants.ts";
import { seedSecretSetting } from "../directory/users/userPasswords.ts";
import { openThrottling, type Throttling } from "../graph/request/throttling/throttling.ts";
import type { PlatformOptions } from "../options.ts";
import type { LoadedSeed } from "../seed/loadSeed.ts";
import type { Seed, Seeded } from "../seed/seed.ts";
import { type AccountLockout, openAccountLockout } from "../signIn/accountLockout.ts";
import { openSessions, type Sessions } from "../signIn/sessions.ts";
import { openSigningKeys, type SigningKeys } from "../signing/signingKeys.ts";
import type { Database } from "../storage/database.ts";
import { openStorage } from "../storage/openStorage.ts";
import { emptyTables, saveTables } from "../storage/savedTables.ts";

/** What a platform stores and remembers. Nothing here depends on the port it listens on. */
export interface PlatformState {
  readonly clock: MovableClock & Restorable;
  readonly random: Random;
  readonly keys: SigningKeys;
  readonly database: Database;
  readonly directory: Directory;
  readonly tenant: Tenant;
  readonly events: EventLog;
  readonly sessions: Sessions;
  readonly lockout: AccountLockout;
  readonly throttling: Throttling | undefined;
  readonly controls: Controls;
}

/** Opens or creates the stored data, and applies the seed. */
export async function openState(options: PlatformOptions): Promise<PlatformState> {
  const clock = movableClock(options.clock ?? systemClock);
  const random = options.random ?? systemRandom();
  // First, because a new key is generated in the background: tokens wait for it, the start does not.
  const keys = openSigningKeys({ clock, dataDirectory: options.dataDirectory, given: options.keys });
  const database = openStorage(options.dataDirectory);
  try {
    const directory = openDirectory(database, clock, random);
    const isStored = isSeeded(directory);
    const seed = options.seed === undefined ? undefined : await readSeedOption(options.seed);
    const tenant = seedDirectory(directory, { ...seed?.tenant, ...options.tenant });
    const parts = {
      ...{ clock, random, keys, database, directory, tenant },
      events: eventLog(clock, options.onEvent),
      sessions: openSessions(clock, random),
      lockout: openAccountLockout(clock),
      throttling: options.throttling === true ? openThrottling(directory, clock) : undefined,
    };
    return { ...parts, controls: openControls(parts, seed, options, isStored) };
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Loaded only when there is a seed: the YAML parser takes longer to load than the platform takes to start. */
export async function readSeedOption(seed: Seed | string | URL): Promise<LoadedSeed> {
  const { loadSeed } = await import("../seed/loadSeed.ts");
  return loadSeed(seed);
}

const nothingSeeded: Seeded = { applications: [], managedIdentities: [] };

/** Applies the seed and saves the state that `reset` restores. */
function openControls(
  state: Omit<PlatformState, "controls">,
  seed: LoadedSeed | undefined,
  options: PlatformOptions,
  isStored: boolean,
): Controls {
  const { directory, tenant, clock, sessions, lockout, throttling, events, keys } = state;
  const faults = faultList(directory, directory.random, options.faults ?? []);
  const listeners = newListeners();
  const stopping = new AbortController();
  let seeded: Seeded = seed?.apply(directory, tenant) ?? nothingSeeded;

  /** For a stored directory, whose first state was not saved. Passwords stay the same. */
  function seedAgain(): void {
    directory.database.transaction(() => {
      const seedSecret = getSetting(directory, seedSecretSetting) ?? "";
      emptyTables(directory.database);
      seedDirectory(directory, { id: tenant.id, displayName: tenant.displayName, domain: initialDomain(tenant) });
      putSetting(directory, seedSecretSetting, seedSecret);
      seeded = seed?.apply(directory, tenant) ?? nothingSeeded;
    });
  }

  return {
    // Not from the platform's own random source: with a seeded one it could be guessed.
    token: randomBytes(32).toString("base64url"),
    clock,
    faults,
    listeners,
    events,
    keys,
    state: platformState({
      now: clock.now,
      directory: { save: () => saveTables(directory.database) },
      resetDirectory: isStored ? seedAgain : undefined,
      parts: [clock, faults, sessions, lockout, ...(throttling === undefined ? [] : [throttling])],
      listeners,
      events,
    }),
    seeded: () => seeded,
    seed: (added) => added.apply(directory, getTenant(directory, tenant.id) ?? tenant),
    stopping: stopping.signal,
    stop: () => stopping.abort(),
  };
}
