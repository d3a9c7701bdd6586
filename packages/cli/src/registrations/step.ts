import type { ProtectedApi } from "@latchkey/client";
import { type Terminal, withoutEscapes } from "../core/terminal.ts";
import type { Target } from "./target/target.ts";

/** What would become of one thing that the manifest names, or that the directory has more. */
export interface Step {
  readonly action: "create" | "change" | "nothing" | "not applicable" | "left alone" | "not applied";
  /** The application, or the part of the manifest. */
  readonly subject: string;
  readonly what: string;
  /** Why, or which fields. */
  readonly detail?: string | undefined;
  /** Whether a secret comes of it that must be kept. */
  readonly givesSecret?: true;
  /** Brings the directory up to it. Only of steps that create or change. */
  readonly run?: (applying: Applying) => Promise<void>;
}

/** What steps work with. */
export interface Applying {
  send<T>(method: "POST" | "PATCH", path: string, body: object): Promise<T>;
  /** Keeps a secret that can never be read again. */
  keepSecret(name: string, clientId: string, secret: NewSecret): Promise<void>;
}

export interface NewSecret {
  readonly displayName: string;
  readonly value: string;
  readonly endDateTime: string;
}

/** Calls Graph with a JSON body, and waits for the answer whatever happens: what was asked for may be a secret. */
export function sender(graph: ProtectedApi): Applying["send"] {
  return (method, path, body) =>
    graph.json(path, {
      method,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
}

const colours: Partial<Record<Step["action"], "green" | "yellow" | "dim">> = {
  create: "green",
  change: "yellow",
  nothing: "dim",
};

/** Shows a plan to a person: a line for each step, then how much there is to do. */
export function printPlan({ name }: Target, steps: readonly Step[], terminal: Terminal): void {
  terminal.err(terminal.style("bold", `Plan for ${name}`));
  for (const step of steps) {
    const action = step.action.padEnd(14);
    const colour = colours[step.action];
    terminal.err(`  ${colour === undefined ? action : terminal.style(colour, action)} ${describeStep(step)}`);
  }
  const count = (action: Step["action"]): number => steps.filter((step) => step.action === action).length;
  const todo = `${count("create")} to create, ${count("change")} to change`;
  terminal.err(count("create") + count("change") === 0 ? "Nothing to do." : `${todo}, nothing to delete.`);
}

/** One step in a line: whose, what, and why or which fields. */
export function describeStep({ subject, what, detail }: Step): string {
  return withoutEscapes(`${subject}: ${what}${detail === undefined ? "" : ` (${detail})`}`);
}
