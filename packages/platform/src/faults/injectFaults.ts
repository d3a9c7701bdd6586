import type { Context, MiddlewareHandler } from "hono";
import type { Controls } from "../controls.ts";
import type { PlatformContext } from "../platformContext.ts";
import type { ConnectionBindings } from "./connection.ts";
import type { ActiveFault } from "./faultRule.ts";
import { graphErrorAnswer } from "./graphErrorAnswer.ts";
import { type RequestFacts, readRequestFacts } from "./requestFacts.ts";
import { stsErrorAnswer } from "./stsErrorAnswer.ts";

const proxyPage = `<!doctype html>
<html><head><title>Proxy</title></head><body><h1>Sign in to the network to go on</h1></body></html>
`;

/** Lets the rules in force go wrong. Without rules a request passes untouched and unread. */
export function injectFaults(context: PlatformContext, controls: Controls): MiddlewareHandler {
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
    const why = describeFault(fault);
    if (fault.delayMs !== undefined && !(await waited(controls, fault.delayMs))) {
      c.res = new Response(null, { status: 503 });
      return;
    }
    if (fault.connection === "reset") {
      record(context, facts, fault, 0, why);
      bindings(c).connection?.reset();
      c.res = new Response(null, { status: 503 });
      return;
    }
    const answered = await answer(context, c, next, facts, fault, why);
    const response = withFaultyBody(fault, answered, await bodyOf(fault, answered));
    record(context, facts, fault, response.status, why);
    // Otherwise hono would put the headers of the answer before this one into it.
    c.res = undefined;
    c.res = response;
  };
}

function bindings(c: Context): ConnectionBindings {
  return (c.env as ConnectionBindings | undefined) ?? {};
}

/** False when the platform was stopped meanwhile: then nothing is left that could answer. */
async function waited({ clock, stopping }: Controls, delayMs: number): Promise<boolean> {
  try {
    await clock.sleep(delayMs, stopping);
    return true;
  } catch {
    return false;
  }
}

async function answer(
  context: PlatformContext,
  c: Context,
  next: () => Promise<void>,
  facts: RequestFacts,
  fault: ActiveFault,
  why: string,
): Promise<Response> {
  if (fault.body === "html") {
    return new Response(proxyPage, {
      status: fault.status ?? 200,
      headers: { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" },
    });
  }
  if (fault.status !== undefined || fault.aadsts !== undefined) {
    const isGraph = facts.endpoint === "graph" || facts.endpoint === "arm";
    return isGraph
      ? graphErrorAnswer(context, c.req.raw, facts, fault, why)
      : stsErrorAnswer(context, c.req.raw, facts, fault, why);
  }
  await next();
  return c.res;
}

async function bodyOf(fault: ActiveFault, response: Response): Promise<BodyInit | null> {
  if (fault.body === "truncated") {
    const whole = new Uint8Array(await response.arrayBuffer());
    return whole.slice(0, Math.floor(whole.length / 2));
  }
  return fault.body === "empty" ? null : response.body;
}

function withFaultyBody(fault: ActiveFault, response: Response, body: BodyInit | null): Response {
  const headers = new Headers(response.headers);
  if (fault.retryAfterSeconds !== undefined) {
    headers.set("Retry-After", String(fault.retryAfterSeconds));
  }
  if (fault.body !== undefined) {
    headers.delete("content-length");
  }
  return new Response(body, { status: response.status, headers });
}

/** What the rule did, for the log: the fault is told from a real failure by this sentence. */
function describeFault(fault: ActiveFault): string {
  const { id, fired, count, aadsts, status, retryAfterSeconds, delayMs, connection, body } = fault;
  const effects = [
    ...(delayMs === undefined ? [] : [`held the answer back for ${delayMs} ms`]),
    ...(connection === undefined ? [] : ["cut the connection"]),
    ...(aadsts === undefined ? [] : [`answered AADSTS${aadsts}`]),
    ...(status === undefined ? [] : [`answered with status ${status}`]),
    ...(body === undefined ? [] : [`made the body ${body}`]),
    ...(retryAfterSeconds === undefined ? [] : [`asked to retry after ${retryAfterSeconds} s`]),
  ];
  const times = count === undefined ? `${fired}` : `${fired} of ${count}`;
  return `fault rule "${id}" (time ${times}) ${effects.join(", ")}; remove the rule to have real answers`;
}

function record(context: PlatformContext, facts: RequestFacts, fault: ActiveFault, status: number, why: string): void {
  context.events.record({
    type: "fault",
    method: facts.method,
    path: facts.path,
    status,
    why,
    aadsts: fault.aadsts === undefined ? undefined : Number.parseInt(String(fault.aadsts).replace(/\D+/, ""), 10),
    grantType: facts.grantType,
    clientId: facts.clientId,
    tenantId: facts.tenantId,
  });
}
