import type { Clock } from "../core/clock.ts";
import type { EventLog } from "../core/events.ts";
import type { Random } from "../core/random.ts";

/** The names the platform answers to. Others are refused: a page of a foreign site must not reach it by DNS rebinding. */
export interface Hosts {
  isAllowed(host: string): boolean;
}

/** Which host names the platform answers to: only its own, or Microsoft's too. */
export type PlatformMode = "own-host" | "interception";

/** What every room that answers requests needs. */
export interface HttpContext {
  /** The configured public URL without a trailing slash. */
  readonly url: string;
  readonly mode: PlatformMode;
  readonly hosts: Hosts;
  readonly clock: Clock;
  readonly random: Random;
  readonly events: EventLog;
}
