import type { WireProfile } from "./aadsts/context.ts";
import type { FaultRule } from "./control/injectedFaults/faultRule.ts";
import type { Clock } from "./core/clock.ts";
import type { PlatformEvent } from "./core/events.ts";
import { isGuid } from "./core/guid.ts";
import type { Random } from "./core/random.ts";
import type { TenantSeed } from "./directory/provisioning/seedDirectory.ts";
import { isDomainName } from "./directory/tenants/tenants.ts";
import type { PlatformMode } from "./http/context.ts";
import type { Seed } from "./seed/seed.ts";
import type { GivenKey } from "./signing/signingKeys.ts";

/** How a platform is started. Everything has a default: `startPlatform()` starts a fresh one in memory. */
export interface PlatformOptions {
  /**
   * Default "own-host": everything is under the platform's own URL. "interception" also answers for Microsoft's host
   * names, with Microsoft's issuers, to programs that run with the platform's `environment`; the programs need no
   * change.
   */
  readonly mode?: PlatformMode | undefined;
  /** The port on 127.0.0.1 and ::1. Default 0: any free port. It is an error if the port is taken. */
  readonly port?: number | undefined;
  /** Used when `port` is absent: the first free port from this one on. */
  readonly firstPort?: number | undefined;
  /** Where the directory, the signing keys and the CA are stored; created if missing. Default: nothing is written. */
  readonly dataDirectory?: string | undefined;
  /** Where only the CA is stored, so that programs can keep trusting it. Default `dataDirectory`. */
  readonly certificateDirectory?: string | undefined;
  /** The seeded tenant. An existing data directory keeps its tenant. */
  readonly tenant?: TenantSeed | undefined;
  /** The clock, in epoch milliseconds. Default: the system's. */
  readonly clock?: Clock | undefined;
  /** The source of ids, secrets and token lifetimes. Default: the system's generator; see `seededRandom`. */
  readonly random?: Random | undefined;
  /** The RSA keys that sign tokens, newest first. Default: those in the data directory, or a new one. */
  readonly keys?: readonly GivenKey[] | undefined;
  /** Details of the real service's responses that have changed over time. */
  readonly wireProfile?: Partial<WireProfile> | undefined;
  /** Further host names the platform answers to, as `name` or `name:port`. The caller is responsible for their TLS. */
  readonly allowedHosts?: readonly string[] | undefined;
  /**
   * The contents of the directory: users, applications, credentials, permissions, consent. An object, or the path or
   * URL of a YAML or JSON file. In an existing data directory, only what is missing is added.
   */
  readonly seed?: Seed | string | URL | undefined;
  /** Fault rules that apply from the start. See `platform.faults`. */
  readonly faults?: readonly FaultRule[] | undefined;
  /**
   * Whether Graph counts resource units and writes as documented and returns 429 when they are used up. Default false.
   *
   * @see https://learn.microsoft.com/graph/throttling-limits#identity-and-access-service-limits
   */
  readonly throttling?: boolean | undefined;
  /** Called with each event when it happens. */
  readonly onEvent?: ((event: PlatformEvent) => void) | undefined;
}

/** Where the certificate authority is stored; `undefined` if only in memory. */
export function authorityDirectory(options: PlatformOptions): string | undefined {
  return options.certificateDirectory ?? options.dataDirectory;
}

export function checkOptions(options: PlatformOptions): void {
  for (const name of ["port", "firstPort"] as const) {
    const value = options[name];
    if (value !== undefined && !(Number.isInteger(value) && value >= 0 && value <= 65_535)) {
      throw new RangeError(`${name} must be a whole number from 0 to 65535, got ${value}`);
    }
  }
  if (options.mode !== undefined && options.mode !== "own-host" && options.mode !== "interception") {
    throw new TypeError(`mode must be "own-host" or "interception", got ${JSON.stringify(options.mode)}`);
  }
  const { id, domain } = options.tenant ?? {};
  if (id !== undefined && !isGuid(id)) {
    throw new TypeError(`tenant.id is ${JSON.stringify(id)}; give a GUID, or leave it out`);
  }
  if (domain !== undefined && !isDomainName(domain)) {
    throw new TypeError(`tenant.domain is ${JSON.stringify(domain)}; give a name such as contoso.onmicrosoft.com`);
  }
  if (options.keys !== undefined && options.keys.length === 0) {
    throw new TypeError("keys must contain at least one key; leave it out to have one generated");
  }
}
