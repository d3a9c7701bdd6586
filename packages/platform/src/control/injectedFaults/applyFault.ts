import type { ControlContext } from "../context.ts";
import type { Controls } from "../controls.ts";
import type { ActiveFault } from "./faultRule.ts";
import type { RequestFacts } from "./requestFacts.ts";

/** What an endpoint can answer to a request that a fault happens to. */
export interface FaultyEndpoint {
  /** As it is without the fault. */
  answer(): Promise<Response>;
  /** An error as the endpoint writes it. */
  fail(why: string): Response | Promise<Response>;
  /** Ends the connection without an answer. */
  cut(): void;
}

const proxyPage = `<!doctype html>
<html><head><title>Proxy</title></head><body><h1>Sign in to the network to go on</h1></body></html>
`;

/** Lets a rule that fits the request go wrong, and says so in the log. What is answered after a cut reaches nobody. */
export async function applyFault(
  context: ControlContext,
  controls: Pick<Controls, "clock" | "stopping">,
  fault: ActiveFault,
  facts: RequestFacts,
  endpoint: FaultyEndpoint,
): Promise<Response> {
  const why = describeFault(fault);
  if (fault.delayMs !== undefined && !(await waited(controls, fault.delayMs))) {
    return new Response(null, { status: 503 });
  }
  if (fault.connection === "reset") {
    record(context, facts, fault, 0, why);
    endpoint.cut();
    return new Response(null, { status: 503 });
  }
  const answered = await answer(endpoint, fault, why);
  const response = withFaultyBody(fault, answered, await bodyOf(fault, answered));
  record(context, facts, fault, response.status, why);
  return response;
}

/** False when the platform was stopped meanwhile: then nothing is left that could answer. */
async function waited({ clock, stopping }: Pick<Controls, "clock" | "stopping">, delayMs: number): Promise<boolean> {
  try {
    await clock.sleep(delayMs, stopping);
    return true;
  } catch {
    return false;
  }
}

async function answer(endpoint: FaultyEndpoint, fault: ActiveFault, why: string): Promise<Response> {
  if (fault.body === "html") {
    return new Response(proxyPage, {
      status: fault.status ?? 200,
      headers: { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" },
    });
  }
  return fault.status !== undefined || fault.aadsts !== undefined ? endpoint.fail(why) : endpoint.answer();
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

function record(context: ControlContext, facts: RequestFacts, fault: ActiveFault, status: number, why: string): void {
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
