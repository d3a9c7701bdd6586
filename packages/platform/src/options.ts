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

/** How a platform is started. Everything has a default: `startPlatform()` gives a fresh one in memory. */
export interface PlatformOptions {
  /**
   * Default "own-host": everything under the platform's own URL. "interception" takes Microsoft's names as well, with
   * Microsoft's issuers, for programs that run with the `environment` of the platform: nothing in them has to be changed.
   */
  readonly mode?: PlatformMode | undefined;
  /** Port on 127.0.0.1 and ::1. Default 0: any free one. A taken port is an error. */
  readonly port?: number | undefined;
  /** Used when `port` is absent: the first free port from this one on. */
  readonly firstPort?: number | undefined;
  /** Where directory, signing keys and CA are kept, made when missing. Default none: nothing is written. */
  readonly dataDirectory?: string | undefined;
  /** Where the CA alone is kept, so that programs can go on trusting it. Default `dataDirectory`. */
  readonly certificateDirectory?: string | undefined;
  /** The seeded tenant. A data directory keeps the tenant it was made with. */
  readonly tenant?: TenantSeed | undefined;
  /** Where time comes from, in epoch milliseconds. Default the system's. */
  readonly clock?: Clock | undefined;
  /** Where ids, secrets and token lifetimes come from. Default the system's generator; see `seededRandom`. */
  readonly random?: Random | undefined;
  /** RSA keys to sign tokens with, the newest first. Default kept in the data directory, or made at start. */
  readonly keys?: readonly GivenKey[] | undefined;
  /** Spellings of the real service that changed over time. */
  readonly wireProfile?: Partial<WireProfile> | undefined;
  /** Further host names the platform answers to, `name` or `name:port`. Their TLS is the caller's affair. */
  readonly allowedHosts?: readonly string[] | undefined;
  /**
   * What the directory is to hold: users, applications, credentials, permissions, consent. The object, or the path or
   * URL of a YAML or JSON file. In a data directory that exists, what is missing is added.
   */
  readonly seed?: Seed | string | URL | undefined;
  /** Rules for answers that are to go wrong, in force from the start. See `platform.faults`. */
  readonly faults?: readonly FaultRule[] | undefined;
  /**
   * Graph counts resource units and writes as documented and answers 429 when they are used up. Default false: it counts
   * nothing.
   *
   * @see https://learn.microsoft.com/graph/throttling-limits#identity-and-access-service-limits
   */
  readonly throttling?: boolean | undefined;
  /** Called with each event as it happens. */
  readonly onEvent?: ((event: PlatformEvent) => void) | undefined;
}

/** Where the certificate authority is stored; `undefined`: in memory only. */
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
    throw new TypeError("keys must hold at least one key; leave it out to have one made");
  }
}
