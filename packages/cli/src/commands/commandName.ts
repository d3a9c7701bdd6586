import type { Terminal } from "../core/terminal.ts";

/** How to call this program: through npm's scripts in a clone, through npx if it is not on the PATH. */
export function commandName({ environment }: Terminal): string {
  if (environment["npm_package_name"] === "latchkey-workspace") {
    return "npm run latchkey --";
  }
  return environment["npm_command"] === "exec" ? "npx latchkey" : "latchkey";
}

/** Quotes a word for a shell's command line, including PowerShell's. */
export function quoted(word: string): string {
  if (/^[\w./\\:@+-]+$/.test(word)) {
    return word;
  }
  return `'${word.replaceAll("'", process.platform === "win32" ? "''" : `'\\''`)}'`;
}
