import type { Clock } from "../core/clock.ts";
import type { EventLog } from "../core/events.ts";
import type { Random } from "../core/random.ts";

/** The names the platform answers to. Others are refused: a page of a foreign site must not reach it by DNS rebinding. */
export interface Hosts {
  isAllowed(host: string): boolean;
}

/** Under which names a platform is found: its own only, or Microsoft's too. */
export type PlatformMode = "own-host" | "interception";

/** What every room needs that answers requests. */
export interface HttpContext {
  /** The configured public URL without a slash at its end. */
  readonly url: string;
  readonly mode: PlatformMode;
  readonly hosts: Hosts;
  readonly clock: Clock;
  readonly random: Random;
  readonly events: EventLog;
}
