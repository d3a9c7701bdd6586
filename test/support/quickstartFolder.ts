import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import type { Writable } from "node:stream";
import type { Platform } from "@latchkey/platform";
import { openPortal, send } from "../../packages/platform/test/support/portal.ts";
import { testClient } from "../../tools/support/testClients.ts";
import { type ListeningProgram, startListeningProgram } from "./listeningProgram.ts";

/** A folder with the files that a quick start of the portal shows, saved unchanged. */
export interface QuickstartFolder {
  /** Lets the portal make the changes and saves what it shows; returns the page. */
  create(segment: string, fields?: Readonly<Record<string, string>>): Promise<string>;
  /** Runs a file unchanged until it ends; the input may respond to its standard error. */
  run(
    file: string,
    options?: { readonly args?: readonly string[]; readonly onMessage?: (output: string, input: Writable) => void },
  ): Promise<{ out: string; err: string }>;
  /** Starts a file that listens. */
  start(file: string, environment?: NodeJS.ProcessEnv): Promise<ListeningProgram>;
  remove(): void;
}

const python = testClient("python");
const hasCurl = spawnSync("curl", ["--version"]).status === 0;
/** By file extension: the command, or why it cannot run here. */
const runners: Readonly<Record<string, readonly string[] | string>> = {
  ".mjs": [process.execPath, "--conditions=@latchkey/source", "--disable-warning=ExperimentalWarning"],
  ".py": python.kind === "ready" ? [python.command] : python.reason,
  ".sh": hasCurl ? ["sh"] : "there is no curl on the PATH",
};

/** The reason why a file cannot run here, for a test's name; empty if it can. */
export function reasonFor(file: string): string {
  const runner = runners[extname(file)];
  return typeof runner === "string" ? ` (skipped: ${runner})` : "";
}

const entities: Readonly<Record<string, string>> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#39;": "'",
};
const unescaped = (html: string): string => html.replace(/&(amp|lt|gt|quot|#39);/g, (entity) => entities[entity] ?? "");

export function makeQuickstartFolder(platform: Platform): QuickstartFolder {
  // Inside the repository, so that the programs find the packages that they import.
  mkdirSync("reports", { recursive: true });
  const folder = mkdtempSync(join("reports", "quickstart-"));
  writeFileSync(join(folder, "latchkey-ca.pem"), platform.caCertificate);
  const trust = { NODE_EXTRA_CA_CERTS: "latchkey-ca.pem", REQUESTS_CA_BUNDLE: "latchkey-ca.pem" };
  const commandOf = (file: string): readonly string[] => [...(runners[extname(file)] ?? []), file];

  return {
    async create(segment, fields = { consent: "yes" }) {
      const browser = await openPortal(platform);
      const { html } = await send(browser, `/portal/quickstarts/${segment}`, "create", { name: "Mine", ...fields });
      const parameters = /<pre id="parameters">([^<]+)</.exec(html)?.[1];
      if (parameters !== undefined) {
        writeFileSync(join(folder, "parameters.json"), unescaped(parameters));
      }
      for (const [, name = "", code = ""] of html.matchAll(/<pre data-file="([^"]+)">([^<]+)<\/pre>/g)) {
        writeFileSync(join(folder, name), unescaped(code));
      }
      return html;
    },
    async run(file, { args = [], onMessage } = {}) {
      const [program = "", ...rest] = commandOf(file);
      const child = spawn(program, [...rest, ...args], {
        cwd: folder,
        env: { ...process.env, ...trust },
        stdio: "pipe",
      });
      const output = { out: "", err: "" };
      child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
        output.out += chunk;
      });
      child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
        output.err += chunk;
        onMessage?.(output.err, child.stdin);
      });
      await once(child, "close");
      return output;
    },
    start: (file, environment = {}) =>
      startListeningProgram(commandOf(file), { cwd: folder, env: { ...process.env, ...trust, ...environment } }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
