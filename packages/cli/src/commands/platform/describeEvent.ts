import type { PlatformEvent } from "@latchkey/platform";
import { type Terminal, withoutEscapes } from "../../core/terminal.ts";

/** One line: time, status, request and reason. */
export function describeEvent(event: PlatformEvent, terminal: Terminal): string {
  const isAborted = event.status === 0;
  const colour = isAborted || event.status >= 400 ? "red" : "green";
  const time = terminal.style("dim", new Date(event.time).toISOString().slice(11, 19));
  const status = terminal.style(colour, isAborted ? "---" : String(event.status));
  // Some reasons begin with the status, which is already shown.
  const why = event.why.replace(new RegExp(`^${event.status}: `), "");
  return `${time} ${status} ${withoutEscapes(`${event.method} ${event.path}`)} ${terminal.style("dim", "—")} ${withoutEscapes(why)}`;
}
