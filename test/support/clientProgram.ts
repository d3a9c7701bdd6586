import { fileURLToPath } from "node:url";
import { testClient } from "../../tools/testClients.js";

/** How a program in `test/clients/` is run here, or why it cannot be. */
export interface ClientProgram {
  readonly command: readonly string[];
  readonly skipped: string | undefined;
}

const node = [process.execPath, "--conditions=@latchkey/source", "--disable-warning=ExperimentalWarning"];

/** The command line after what runs a language's programs; a Go program runs by itself. */
const argumentsFor: Readonly<Record<string, (file: string) => readonly string[]>> = {
  java: (file) => ["-jar", file],
  go: () => [],
};

/**
 * Finds out how to run a program.
 *
 * @param file in `test/clients/`, such as `python/daemon.py`
 */
export function clientProgram(file: string): ClientProgram {
  const [language = ""] = file.split("/");
  const path = fileURLToPath(new URL(`../clients/${file}`, import.meta.url));
  if (language === "node") return { command: [...node, path], skipped: undefined };
  const found = testClient(language);
  if (found.kind === "missing") return { command: [], skipped: found.reason };
  const rest = argumentsFor[language]?.(path) ?? [path];
  return { command: [found.command, ...rest], skipped: undefined };
}
