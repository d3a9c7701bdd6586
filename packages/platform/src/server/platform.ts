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
  /** Its public URL without a slash at the end, such as `https://localhost:8443`. Authorities are `{url}/{tenant id}`. */
  readonly url: string;
  /**
   * The certificate (PEM) of the authority that vouches for the platform's TLS. It can vouch for loopback names only. In
   * interception mode a second one follows, made for this run: it can vouch for the intercepted names only.
   */
  readonly caCertificate: string;
  /**
   * Environment variables that make a child process trust and find the platform. No secret is in them. In interception
   * mode they name files that `stop` removes, and an empty value stands for a variable that must not be set.
   */
  readonly environment: Readonly<Record<string, string>>;
  readonly tenant: PlatformTenant;
  /** Registers applications, adds credentials, grants consent: what an administrator would do in the portal. */
  readonly directory: PlatformDirectory;
  /** The platform's time. Moving it ages tokens, secrets and certificates; TLS keeps the machine's own time. */
  readonly clock: MovableClock;
  readonly keys: PlatformKeys;
  /** Recent events, oldest first: what was asked, what was answered, and why. */
  readonly events: readonly PlatformEvent[];
  /** Answers that are to go wrong: rules by endpoint, client, tenant, grant, number and chance. */
  readonly faults: Faults;
  /** What the control API under `/_latchkey/` asks for, as `Authorization: Bearer`. Whoever has it controls the platform. */
  readonly controlToken: string;
  /** What the seed given at the start has led to: client ids, and the secrets that were generated. */
  readonly seeded: Seeded;
  /**
   * Adds to the directory what a seed describes: the object, or the path or URL of a YAML or JSON file. Applying it
   * again changes nothing. Rejects with a `SeedError`; then nothing was changed.
   */
  seed(seed: Seed | string | URL): Promise<Seeded>;
  /** Remembers directory, clock, faults and sessions. Signing keys, listeners and events are not part of it. */
  snapshot(): Promise<PlatformSnapshot>;
  /** Goes back to a snapshot, as often as wanted. Rejects with a `TypeError` when it is not this platform's own. */
  restore(snapshot: PlatformSnapshot): Promise<void>;
  /**
   * Goes back to the first state: the seeded tenant, what `seed` describes, the faults and the time of the start; no
   * listeners, no events. A data directory from an earlier run loses what was added since it was made.
   */
  reset(): Promise<void>;
  /** Calls a listener before each token or answer leaves; it may change it. The result takes the listener away. */
  readonly on: Listening["on"];
  /** As `on`, for the next token or answer only. */
  readonly once: Listening["once"];
  /**
   * Answers a request without a socket. The request's URL must begin with the platform's. Rejects as the global
   * `fetch` does when a fault cuts the connection.
   */
  fetch(request: Request): Promise<Response>;
  /**
   * Opens the managed identity endpoint of a kind of Azure host, on loopback, until `stop`: http, and https for Service Fabric. Resolves with the
   * environment variables that lead a child process there; most hold the secret that its requests must show. All managed
   * identities of the tenant belong to the host. With a user-assigned `identity` they name it in `AZURE_CLIENT_ID`, where
   * requests name identities. In interception mode the proxy leads 169.254.169.254 to the IMDS that was asked for last.
   * Cloud Shell has no managed identity: it gives the tokens of its `user`.
   */
  managedIdentity(
    source: ManagedIdentitySourceName,
    options?: ManagedIdentityHostOptions,
  ): Promise<Readonly<Record<string, string>>>;
  /** Closes sockets and database; calling it again is harmless. The platform cannot be used afterwards. */
  stop(): Promise<void>;
}

/** The tenant that the platform starts with, and who administers it. */
export interface PlatformTenant {
  readonly id: string;
  /** The initial domain, such as `contoso.onmicrosoft.com`. */
  readonly domain: string;
  readonly displayName: string;
  /** Signs in on the platform's pages. The password is the seeded one: after a change through Graph it is no longer good. */
  readonly administrator: { readonly userPrincipalName: string; readonly password: string };
}

/** The keys that sign tokens. */
export interface PlatformKeys {
  /** Signs with a new key from now on; the older ones stay published. */
  rollover(): Promise<void>;
}
