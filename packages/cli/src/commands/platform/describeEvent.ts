import type { PlatformEvent } from "@latchkey/platform";
import { type Terminal, withoutEscapes } from "../../core/terminal.ts";

/** One line for a person: when, which status, what was asked, and why. */
export function describeEvent(event: PlatformEvent, terminal: Terminal): string {
  const isCut = event.status === 0;
  const colour = isCut || event.status >= 400 ? "red" : "green";
  const time = terminal.style("dim", new Date(event.time).toISOString().slice(11, 19));
  const status = terminal.style(colour, isCut ? "---" : String(event.status));
  // Some reasons begin with the status, which stands here already.
  const why = event.why.replace(new RegExp(`^${event.status}: `), "");
  return `${time} ${status} ${withoutEscapes(`${event.method} ${event.path}`)} ${terminal.style("dim", "—")} ${withoutEscapes(why)}`;
}
