import type { Context, MiddlewareHandler } from "hono";
import type { ControlContext } from "../context.ts";
import type { Controls } from "../controls.ts";
import { applyFault } from "./applyFault.ts";
import type { ConnectionBindings } from "./connection.ts";
import { graphErrorAnswer } from "./graphErrorAnswer.ts";
import { readRequestFacts } from "./requestFacts.ts";
import { stsErrorAnswer } from "./stsErrorAnswer.ts";

/** Lets the rules in force go wrong. Without rules a request passes untouched and unread. */
export function injectFaults(context: ControlContext, controls: Controls): MiddlewareHandler {
  const { faults } = controls;
  return async (c, next) => {
    if (faults.isEmpty) {
      await next();
      return;
    }
    const facts = await readRequestFacts(context.directory, c.req.raw);
    const fault = faults.take(facts);
    if (fault === undefined) {
      await next();
      return;
    }
    const errorAnswer = facts.endpoint === "graph" || facts.endpoint === "arm" ? graphErrorAnswer : stsErrorAnswer;
    const response = await applyFault(context, controls, fault, facts, {
      async answer() {
        await next();
        return c.res;
      },
      fail: (why) => errorAnswer(context, c.req.raw, facts, fault, why),
      cut: () => bindings(c).connection?.reset(),
    });
    // Otherwise hono would put the headers of the answer before this one into it.
    c.res = undefined;
    c.res = response;
  };
}

function bindings(c: Context): ConnectionBindings {
  return (c.env as ConnectionBindings | undefined) ?? {};
}
