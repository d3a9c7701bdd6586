import type { ManagedIdentityHostOptions, ManagedIdentitySourceName } from "../azure/managedIdentity/sources/source.ts";
import type { Faults } from "../control/injectedFaults/faultList.ts";
import type { Listening } from "../control/listeners.ts";
import type { PlatformSnapshot } from "../control/state.ts";
import type { MovableClock } from "../core/clock.ts";
import type { PlatformEvent } from "../core/events.ts";
import type { PlatformDirectory } from "../directory/platformDirectory.ts";
import type { Seed, Seeded } from "../seed/seed.ts";

/** A running local identity platform. */
export interface Platform {
  /** The public URL without a trailing slash, such as `https://localhost:8443`. Authorities are `{url}/{tenant id}`. */
  readonly url: string;
  /**
   * The certificate (PEM) of the authority that issues the platform's TLS certificate. It is constrained to loopback
   * names. In interception mode a second one follows, created for this run and constrained to the intercepted names.
   */
  readonly caCertificate: string;
  /**
   * Environment variables with which a child process finds and trusts the platform. They contain no secret. In
   * interception mode they refer to files that `stop` removes, and an empty value means that the variable must not be
   * set.
   */
  readonly environment: Readonly<Record<string, string>>;
  readonly tenant: PlatformTenant;
  /** Registers applications, adds credentials, grants consent: what an administrator does in the portal. */
  readonly directory: PlatformDirectory;
  /** The platform's time. Moving it ages tokens, secrets and certificates; TLS uses the machine's time. */
  readonly clock: MovableClock;
  readonly keys: PlatformKeys;
  /** Recent events, oldest first: the requests, their outcomes, and why. */
  readonly events: readonly PlatformEvent[];
  /** Fault rules: which responses fail, by endpoint, client, tenant, grant, count and probability. */
  readonly faults: Faults;
  /**
   * The token for the control API under `/_latchkey/`, sent as `Authorization: Bearer`. Whoever has it controls the
   * platform.
   */
  readonly controlToken: string;
  /** What the initial seed created: client ids and generated secrets. */
  readonly seeded: Seeded;
  /**
   * Adds the contents of a seed to the directory: an object, or the path or URL of a YAML or JSON file. Applying a seed
   * again changes nothing. Rejects with a `SeedError`, and changes nothing then.
   */
  seed(seed: Seed | string | URL): Promise<Seeded>;
  /** Saves the directory, the clock, faults and sessions. Signing keys, listeners and events are not included. */
  snapshot(): Promise<PlatformSnapshot>;
  /** Restores a snapshot, as often as needed. Rejects with a `TypeError` if it is not a snapshot of this platform. */
  restore(snapshot: PlatformSnapshot): Promise<void>;
  /**
   * Restores the first state: the seeded tenant, the contents of `seed`, the faults and the time of the start; no
   * listeners, no events. A data directory from an earlier run loses what was added since it was created.
   */
  reset(): Promise<void>;
  /**
   * Calls a listener before each token or response is sent; the listener may change it. Returns a function that removes
   * the listener.
   */
  readonly on: Listening["on"];
  /** Like `on`, for the next token or response only. */
  readonly once: Listening["once"];
  /**
   * Answers a request without a socket. The request's URL must start with the platform's. Rejects like the global
   * `fetch` when a fault cuts the connection.
   */
  fetch(request: Request): Promise<Response>;
  /**
   * Opens the managed identity endpoint of a kind of Azure host on loopback until `stop`: http, or https for Service
   * Fabric. Resolves with the environment variables with which a child process finds it; most include the secret that
   * its requests must send. All managed identities of the tenant belong to the host. With a user-assigned `identity`,
   * `AZURE_CLIENT_ID` names it where requests name identities. In interception mode the proxy forwards 169.254.169.254
   * to the IMDS that was opened last. Cloud Shell has no managed identity: it returns tokens for its `user`.
   */
  managedIdentity(
    source: ManagedIdentitySourceName,
    options?: ManagedIdentityHostOptions,
  ): Promise<Readonly<Record<string, string>>>;
  /** Closes sockets and database. Calling it again is harmless. The platform cannot be used afterwards. */
  stop(): Promise<void>;
}

/** The tenant that the platform starts with, and its administrator. */
export interface PlatformTenant {
  readonly id: string;
  /** The initial domain, such as `contoso.onmicrosoft.com`. */
  readonly domain: string;
  readonly displayName: string;
  /**
   * Signs in on the platform's pages. The password is the seeded one, which no longer works after a change through
   * Graph.
   */
  readonly administrator: { readonly userPrincipalName: string; readonly password: string };
}

/** The keys that sign tokens. */
export interface PlatformKeys {
  /** Signs with a new key from now on; the older ones stay published. */
  rollover(): Promise<void>;
}
