import type { PlainResponse } from "../../http/plainHttp.ts";
import type { ControlContext } from "../context.ts";
import type { Controls } from "../controls.ts";
import type { ActiveFault } from "./faultRule.ts";
import type { RequestFacts } from "./requestFacts.ts";

/** What an endpoint can answer to a request that a fault happens to. */
export interface FaultyEndpoint {
  /** As it is without the fault. */
  answer(): PlainResponse | Promise<PlainResponse>;
  /** An error as the endpoint writes it. */
  fail(why: string): PlainResponse | Promise<PlainResponse>;
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
): Promise<PlainResponse> {
  const why = describeFault(fault);
  if (fault.delayMs !== undefined && !(await waited(controls, fault.delayMs))) {
    return { status: 503, headers: {}, body: null };
  }
  if (fault.connection === "reset") {
    record(context, facts, fault, 0, why);
    endpoint.cut();
    return { status: 503, headers: {}, body: null };
  }
  const answered = withFaultyBody(fault, await response(endpoint, fault, why));
  record(context, facts, fault, answered.status, why);
  return answered;
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

async function response(endpoint: FaultyEndpoint, fault: ActiveFault, why: string): Promise<PlainResponse> {
  if (fault.body === "html") {
    const headers = { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" };
    return { status: fault.status ?? 200, headers, body: proxyPage };
  }
  return fault.status !== undefined || fault.aadsts !== undefined ? endpoint.fail(why) : endpoint.answer();
}

function withFaultyBody({ body, retryAfterSeconds }: ActiveFault, response: PlainResponse): PlainResponse {
  const headers = {
    ...response.headers,
    ...(retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) }),
  };
  switch (body) {
    case "truncated": {
      const whole = new Uint8Array(Buffer.from(response.body ?? ""));
      return { ...response, headers, body: whole.slice(0, Math.floor(whole.length / 2)) };
    }
    case "empty":
      return { ...response, headers, body: null };
    default:
      return { ...response, headers };
  }
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
