import * as v from "valibot";
import { fields } from "../../core/schemaProblem.ts";
import type { Controls } from "../controls.ts";
import { type ControlOperation, schemaRef } from "./operation.ts";

const advance = fields({
  durationMs: v.pipe(v.number(), v.finite(), v.description("Milliseconds; negative moves the clock back.")),
});
const setting = fields({
  now: v.pipe(
    v.string(),
    v.check((text) => Number.isFinite(Date.parse(text)), "must be an instant such as 2027-01-31T00:00:00Z"),
    v.description("ISO 8601."),
  ),
});

export const clockOperations: readonly ControlOperation[] = [
  {
    method: "GET",
    path: "/clock",
    operationId: "getClock",
    summary: "Returns the platform's time.",
    success: { status: 200, description: "The current time.", schema: schemaRef("Clock") },
    handle: ({ controls }) => ({ status: 200, body: describe(controls) }),
  },
  {
    method: "PUT",
    path: "/clock",
    operationId: "setClock",
    summary: "Sets the platform's time. The clock keeps running from there.",
    body: { kind: "json", schema: setting },
    success: { status: 200, description: "The new time.", schema: schemaRef("Clock") },
    handle({ controls, body }) {
      const { now } = body as v.InferOutput<typeof setting>;
      controls.clock.set(Date.parse(now));
      return { status: 200, body: describe(controls), why: `the clock was set to ${describe(controls).now}` };
    },
  },
  {
    method: "POST",
    path: "/clock/advance",
    operationId: "advanceClock",
    summary: "Moves the platform's time. Tokens, secrets, certificates and sessions age with it.",
    body: { kind: "json", schema: advance },
    success: { status: 200, description: "The new time.", schema: schemaRef("Clock") },
    handle({ controls, body }) {
      const { durationMs } = body as v.InferOutput<typeof advance>;
      controls.clock.advance(durationMs);
      return { status: 200, body: describe(controls), why: `the clock was moved by ${durationMs} ms` };
    },
  },
];

function describe({ clock }: Controls): { readonly now: string; readonly offsetMs: number } {
  return { now: new Date(clock.now()).toISOString(), offsetMs: clock.offsetMs };
}
