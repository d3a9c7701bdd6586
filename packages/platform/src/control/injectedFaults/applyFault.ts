import type { PlainResponse } from "../../http/plainHttp.ts";
import type { ControlContext } from "../context.ts";
import type { Controls } from "../controls.ts";
import type { ActiveFault } from "./faultRule.ts";
import type { RequestFacts } from "./requestFacts.ts";

/** The possible responses to a request with a fault. */
export interface FaultyEndpoint {
  /** The response without the fault. */
  answer(): PlainResponse | Promise<PlainResponse>;
  /** An error in the endpoint's own format. */
  fail(why: string): PlainResponse | Promise<PlainResponse>;
  /** Closes the connection without a response. */
  cut(): void;
}

const proxyPage = `<!doctype html>
<html><head><title>Proxy</title></head><body><h1>Sign in to the network to continue</h1></body></html>
`;

/** Applies a matching fault rule and records it in the log. A response after a reset never reaches the client. */
export async function applyFault(
  context: ControlContext,
  controls: Pick<Controls, "clock" | "stopping">,
  fault: ActiveFault,
  facts: RequestFacts,
  endpoint: FaultyEndpoint,
): Promise<PlainResponse> {
  const why = describeFault(fault);
  if (fault.delayMs !== undefined && !(await sleepUnlessStopped(controls, fault.delayMs))) {
    return { status: 503, headers: {}, body: null };
  }
  if (fault.connection === "reset") {
    recordFault(context, facts, fault, 0, why);
    endpoint.cut();
    return { status: 503, headers: {}, body: null };
  }
  const response = withFaultyBody(fault, await respond(endpoint, fault, why));
  recordFault(context, facts, fault, response.status, why);
  return response;
}

/** Returns false if the platform was stopped meanwhile and can no longer respond. */
async function sleepUnlessStopped(
  { clock, stopping }: Pick<Controls, "clock" | "stopping">,
  delayMs: number,
): Promise<boolean> {
  try {
    await clock.sleep(delayMs, stopping);
    return true;
  } catch {
    return false;
  }
}

async function respond(endpoint: FaultyEndpoint, fault: ActiveFault, why: string): Promise<PlainResponse> {
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

/** What the rule did, for the log: it distinguishes an injected fault from a real failure. */
function describeFault(fault: ActiveFault): string {
  const { id, fired, count, aadsts, status, retryAfterSeconds, delayMs, connection, body } = fault;
  const effects = [
    ...(delayMs === undefined ? [] : [`delayed the response by ${delayMs} ms`]),
    ...(connection === undefined ? [] : ["reset the connection"]),
    ...(aadsts === undefined ? [] : [`returned AADSTS${aadsts}`]),
    ...(status === undefined ? [] : [`returned status ${status}`]),
    ...(body === undefined ? [] : [`damaged the body (${body})`]),
    ...(retryAfterSeconds === undefined ? [] : [`asked for a retry after ${retryAfterSeconds} s`]),
  ];
  const times = count === undefined ? `${fired}` : `${fired} of ${count}`;
  return `fault rule "${id}" (time ${times}) ${effects.join(", ")}; remove the rule to get real responses`;
}

function recordFault(
  context: ControlContext,
  facts: RequestFacts,
  fault: ActiveFault,
  status: number,
  why: string,
): void {
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
