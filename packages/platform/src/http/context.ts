import type { Clock } from "../core/clock.ts";
import type { EventLog } from "../core/events.ts";
import type { Random } from "../core/random.ts";
import type { Hosts } from "./hosts.ts";

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
