import type { Terminal } from "../core/terminal.ts";

/** What to type for this program: a clone has npm's scripts, and npx puts nothing on the PATH. */
export function commandName({ environment }: Terminal): string {
  if (environment["npm_package_name"] === "latchkey-workspace") {
    return "npm run latchkey --";
  }
  return environment["npm_command"] === "exec" ? "npx latchkey" : "latchkey";
}

/** A word of a command line as shells read it, PowerShell too. */
export function quoted(word: string): string {
  if (/^[\w./\\:@+-]+$/.test(word)) {
    return word;
  }
  return `'${word.replaceAll("'", process.platform === "win32" ? "''" : `'\\''`)}'`;
}
