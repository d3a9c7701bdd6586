import type { ProtectedApi } from "@latchkey/client";
import { type Terminal, withoutEscapes } from "../core/terminal.ts";
import type { Target } from "./target/target.ts";

/** What happens to one item of the manifest, or to one that only the directory has. */
export interface Step {
  readonly action: "create" | "change" | "nothing" | "not applicable" | "left alone" | "not applied";
  /** The application, or the part of the manifest. */
  readonly subject: string;
  readonly what: string;
  /** The reason, or the changed fields. */
  readonly detail?: string | undefined;
  /** Whether the step creates a secret, which must be stored. */
  readonly createsSecret?: true;
  /** Carries out the step. Only steps that create or change something have it. */
  readonly run?: (applying: StepContext) => Promise<void>;
}

/** What steps work with. */
export interface StepContext {
  send<T>(method: "POST" | "PATCH", path: string, body: object): Promise<T>;
  /** Stores a secret that can never be read again. */
  storeSecret(name: string, clientId: string, secret: NewSecret): Promise<void>;
}

export interface NewSecret {
  readonly displayName: string;
  readonly value: string;
  readonly endDateTime: string;
}

/** Calls Graph with a JSON body. It cannot be aborted, because the response may contain a secret. */
export function sender(graph: ProtectedApi): StepContext["send"] {
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

/** Prints a plan: a line for each step, then the number of changes. */
export function printPlan({ name }: Target, steps: readonly Step[], terminal: Terminal): void {
  terminal.err(terminal.style("bold", `Plan for ${name}`));
  for (const step of steps) {
    const action = step.action.padEnd(14);
    const colour = colours[step.action];
    terminal.err(`  ${colour === undefined ? action : terminal.style(colour, action)} ${describeStep(step)}`);
  }
  const count = (action: Step["action"]): number => steps.filter((step) => step.action === action).length;
  const summary = `${count("create")} to create, ${count("change")} to change`;
  terminal.err(count("create") + count("change") === 0 ? "Nothing to do." : `${summary}, nothing to delete.`);
}

/** Returns one line: the subject, what is done, and the reason or the fields. */
export function describeStep({ subject, what, detail }: Step): string {
  return withoutEscapes(`${subject}: ${what}${detail === undefined ? "" : ` (${detail})`}`);
}
