import { homedir } from "node:os";
import { join } from "node:path";

/** The system's conventional folder for the platform's data and its certificate authority. */
export function stateDirectory(environment: Readonly<Record<string, string | undefined>>): string {
  const home = homedir();
  switch (process.platform) {
    case "darwin":
      return join(home, "Library", "Application Support", "latchkey");
    case "win32":
      return join(environment["LOCALAPPDATA"] || join(home, "AppData", "Local"), "latchkey");
    default:
      return join(environment["XDG_DATA_HOME"] || join(home, ".local", "share"), "latchkey");
  }
}
