import type { IncomingMessage, ServerResponse } from "node:http";
import { answerRefusal } from "../aadsts/stsAnswers.ts";
import type { Controls } from "../control/controls.ts";
import { graphReading } from "../graph/graphReading.ts";
import { largestBodyBytes } from "../http/bodyLimit.ts";
import { isOwnHost } from "../http/foreignHost.ts";
import type { PlainAnswer, PlainRequest } from "../http/plainHttp.ts";
import { interceptedNames } from "../interception/names.ts";
import type { PlainEndpoint } from "../tokenService/endpoints/endpoint.ts";
import { plainEndpoints } from "../tokenService/endpoints/plainEndpoints.ts";
import { reservedSegments } from "../tokenService/tenantSegment.ts";
import { recordFailure } from "./failure.ts";
import type { PlatformContext } from "./platformContext.ts";

/** Answers a request from a socket and says so; `false` leaves it to the app. */
export type DirectPath = (incoming: IncomingMessage, outgoing: ServerResponse) => boolean;

/** A host that a `URL` would leave as it is. */
const plainHost = /^[a-z0-9.-]+(:([1-5]\d{3,4}|[6-9]\d{3}))?$/;

/**
 * The endpoints that clients ask most, without hono and its `Request` and `Response`, which together cost as much as a
 * signature. Only what looks like every other request comes this way, and only while no fault and no listener is to see
 * it: the same endpoints give the same answers either way.
 */
export function directPath(context: PlatformContext, { faults, listeners }: Controls): DirectPath {
  const routes = [...plainEndpoints, ...graphReading].map((endpoint) => ({ endpoint, pattern: patternOf(endpoint) }));
  return (incoming, outgoing) => {
    if (!faults.isEmpty || listeners.has("beforeResponse")) {
      return false;
    }
    for (const { endpoint, pattern } of routes) {
      const match = endpoint.method === incoming.method ? pattern.exec(incoming.url ?? "") : null;
      if (match !== null) {
        const parameters = match.groups ?? {};
        if (reservedSegments.has(parameters["tenant"] ?? "") || !isUsual(context, incoming, endpoint)) {
          return false;
        }
        void answer(context, plainRequest(incoming), outgoing, endpoint, parameters);
        return true;
      }
    }
    return false;
  };
}

/** The path with segments, and then a query, that a `URL` would leave as they are: all but quotes, which mean the same. */
function patternOf({ path }: PlainEndpoint): RegExp {
  const segments = path
    .replaceAll(".", "\\.")
    .replace(/:(\w+)/g, "(?<$1>[A-Za-z0-9][\\w.-]*)")
    .replace(/\/\*$/, "(/[A-Za-z0-9$][\\w.$%@()=',;:+!&~*-]*)+");
  return new RegExp(`^${segments}(\\?[!$%&-;=?-Z[\\]_a-z~]*)?$`);
}

function isUsual(
  context: PlatformContext,
  { method, headers, rawHeaders }: IncomingMessage,
  { service = "login" }: PlainEndpoint,
): boolean {
  const host = headers.host ?? "";
  const announced = headers["content-length"];
  return (
    plainHost.test(host) &&
    isOwnHost(context, host) &&
    (context.mode === "own-host" || (interceptedNames.get(host.replace(/:.*/, "")) ?? service) === service) &&
    // Somebody with a browser is shown pages.
    headers.accept?.includes("text/html") !== true &&
    // Headers that come twice are joined or dropped, each by a rule of its own.
    Object.keys(headers).length * 2 === rawHeaders.length &&
    headers["transfer-encoding"] === undefined &&
    (method === "POST" ? Number(announced) <= largestBodyBytes : announced === undefined)
  );
}

function plainRequest(incoming: IncomingMessage): PlainRequest {
  const { method = "", url = "", headers } = incoming;
  return {
    method,
    url: `https://${headers.host}${url}`,
    headers: {
      get(name) {
        const value = headers[name];
        return typeof value === "string" ? value : null;
      },
    },
    text: () => readText(incoming),
  };
}

// As `Request` reads text: without a byte order mark, and with a sign in place of what is no UTF-8.
const decoder = new TextDecoder();

function readText(incoming: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    incoming
      .on("data", (chunk: Buffer) => chunks.push(chunk))
      .once("end", () => resolve(decoder.decode(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks))))
      .once("error", reject);
  });
}

async function answer(
  context: PlatformContext,
  request: PlainRequest,
  outgoing: ServerResponse,
  endpoint: PlainEndpoint,
  parameters: Readonly<Record<string, string>>,
): Promise<void> {
  const { status, headers, body } = await settle(context, request, endpoint, parameters);
  outgoing.writeHead(status, body === null ? headers : { ...headers, "content-length": Buffer.byteLength(body) });
  outgoing.end(body);
}

async function settle(
  context: PlatformContext,
  request: PlainRequest,
  { handle }: PlainEndpoint,
  parameters: Readonly<Record<string, string>>,
): Promise<PlainAnswer> {
  try {
    return await handle(context, request, parameters);
  } catch (error) {
    try {
      const { exchange, refusal } = recordFailure(context, request, error);
      return answerRefusal(context, exchange, refusal);
    } catch {
      // The program's own `onEvent` has thrown.
      return { status: 500, headers: {}, body: null };
    }
  }
}
