import { type Terminal, withoutEscapes } from "../terminal.ts";
import type { Step } from "./step.ts";
import type { Target } from "./target/target.ts";

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
