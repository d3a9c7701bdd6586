import { basename, dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { testClient } from "../../tools/support/testClients.ts";

/** How a program in `test/clients/` is run here, or why it cannot be. */
export interface ClientProgram {
  readonly command: readonly string[];
  readonly skipped: string | undefined;
}

const node = [process.execPath, "--conditions=@latchkey/source", "--disable-warning=ExperimentalWarning"];

/** Returns the command line of a program, from its language's command and the path of its source. */
const commandLines: Readonly<Record<string, (command: string, source: string) => readonly string[]>> = {
  python: (command, source) => [command, source],
  java: (command, source) => [command, "-cp", javaArchive, basename(source, ".java")],
  // A Go program is named after its folder and needs no other command.
  go: (command, source) => [join(dirname(command), basename(dirname(source)) + extname(command))],
};

const javaArchive = fileURLToPath(new URL("../clients/java/target/daemon.jar", import.meta.url));

/**
 * Returns how to run a program.
 *
 * @param file its source in `test/clients/`, such as `python/daemon.py`
 */
export function clientProgram(file: string): ClientProgram {
  const [language = ""] = file.split("/");
  const path = fileURLToPath(new URL(`../clients/${file}`, import.meta.url));
  if (language === "node") {
    return { command: [...node, path], skipped: undefined };
  }
  const found = testClient(language);
  if (found.kind === "missing") {
    return { command: [], skipped: found.reason };
  }
  return { command: commandLines[language]?.(found.command, path) ?? [], skipped: undefined };
}

/** As `clientProgram`, for a program that finds the platform through its environment. */
export function unmodifiedProgram(file: string): ClientProgram {
  const program = clientProgram(file);
  // Older Nodes have no proxy for `fetch`: a client on them would call the real service.
  const usesProxy = !file.startsWith("node/") || process.allowedNodeEnvironmentFlags.has("--use-env-proxy");
  return usesProxy
    ? program
    : { ...program, skipped: `Node ${process.versions.node} does not read a proxy from the environment` };
}
