import { AuthError, ConfigurationError } from "../errors/errors.ts";
import { isConfidential, parseUrl } from "../transport/webAddress.ts";

/** What determines how a browser is opened. */
export interface SystemInfo {
  readonly platform: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

type Command = readonly [program: string, ...args: string[]];

/**
 * Opens an address in the user's browser: the one named by `BROWSER`, or else the system's default. No shell sees the
 * address. Resolves when the started program exits successfully; for some browsers, when they are closed.
 */
export async function openSystemBrowser(
  url: string,
  system: SystemInfo = { platform: process.platform, environment: process.env },
): Promise<void> {
  requireWebAddress(url);
  let cause: unknown;
  for (const command of browserCommands(url, system)) {
    try {
      return await run(command, system);
    } catch (error) {
      cause = error;
    }
  }
  throw new AuthError("No browser could be opened on this machine.", {
    code: "browser_unavailable",
    remedy:
      "Name a browser's program in BROWSER, pass openBrowser, or use acquireTokenByDeviceCode, which needs none here.",
    cause,
  });
}

/** The commands that may open an address, the preferred one first. */
export function browserCommands(url: string, { platform, environment }: SystemInfo): readonly Command[] {
  const named = (environment["BROWSER"] ?? "").split(platform === "win32" ? ";" : ":").filter((entry) => entry !== "");
  return [...named.map((entry) => namedCommand(entry, url)), systemCommand(url, platform, environment)];
}

/** An entry with `%s` is a command line, any other the path of a program, as in Python and xdg-open. */
function namedCommand(entry: string, url: string): Command {
  if (!entry.includes("%s")) {
    return [entry, url];
  }
  const [program = "", ...args] = entry.split(/\s+/).filter((word) => word !== "");
  return [program, ...args.map((word) => word.replaceAll("%s", () => url))];
}

function systemCommand(url: string, platform: string, environment: SystemInfo["environment"]): Command {
  if (platform === "darwin") {
    return ["/usr/bin/open", url];
  }
  if (platform !== "win32") {
    return ["xdg-open", url];
  }
  // Not cmd's start: & and % have a meaning in a shell.
  const windows = environment["SystemRoot"] ?? "C:\\Windows";
  return [`${windows}\\System32\\rundll32.exe`, "url.dll,FileProtocolHandler", url];
}

async function run([program, ...args]: Command, { environment }: SystemInfo): Promise<void> {
  const { spawn } = await import("node:child_process");
  // The browser outlives the program, and the other way round.
  const child = spawn(program, args, { env: environment, stdio: "ignore", detached: true });
  child.unref();
  await new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      if (code === 0) {
        resolve();
      } else {
        reject(new Error(`${program} exited with ${code ?? signal}`));
      }
    });
  });
}

/** The opener would open anything: files, mail, other programs. */
function requireWebAddress(address: string): void {
  if (isConfidential(parseUrl(address))) {
    return;
  }
  throw new ConfigurationError("The sign-in page's address is neither https nor on this machine.", {
    code: "invalid_authority",
    remedy: "Use an authority whose sign-in page is https.",
  });
}
