import { type Serve, serveEndpoints } from "../http/endpoint.ts";
import type { Handle, PlainRequest, PlainResponse } from "../http/plainHttp.ts";
import { asWritten, firstName } from "../http/router.ts";
import { type InterceptedService, interceptedNames } from "../interception/names.ts";
import { endpoints } from "../tokenService/endpoints/endpoints.ts";
import type { PlatformContext } from "./platformContext.ts";

/** A part of the platform that answers requests. */
interface Room {
  /** The real service it stands for; absent for what only the platform's own host has. */
  readonly service?: InterceptedService | undefined;
  /** The first segments of its paths; absent if it has all that no other room has. */
  readonly segments?: readonly string[] | undefined;
  readonly open: (context: PlatformContext) => Serve | Promise<Serve>;
}

/**
 * Every room; those with the same paths in the order in which they are tried. What tokens do not need is loaded on
 * first use, so a program that only gets tokens never loads pages or Graph.
 */
const rooms: readonly Room[] = [
  { service: "login", open: (context) => serveEndpoints(context, endpoints, asWritten) },
  { service: "login", open: async (context) => (await import("./later.ts")).signInRoom(context) },
  {
    service: "graph",
    segments: ["v1.0", "beta"],
    async open(context) {
      const { answerGraph } = await import("../graph/graph.ts");
      return (request) => answerGraph(context, request);
    },
  },
  {
    service: "graph",
    segments: ["oidc"],
    open: async (context) => (await import("./later.ts")).userInfoRoom(context),
  },
  {
    service: "resourceManager",
    segments: ["subscriptions", "tenants"],
    open: async (context) => (await import("./later.ts")).resourceManagerRoom(context),
  },
  {
    service: "portalService",
    segments: ["api"],
    open: async (context) => (await import("./later.ts")).portalServiceRoom(context),
  },
  {
    segments: ["portal", ""],
    open: async (context) => (await import("./later.ts")).portalRoom(context),
  },
];

/** Passes each request to the room of its host and path, and logs when there is none. */
export function openRooms(context: PlatformContext): Handle {
  const opened = new Map<Room, Serve>();

  async function openRoom(room: Room): Promise<Serve> {
    const serve = await room.open(context);
    opened.set(room, serve);
    return serve;
  }

  return async (request) => {
    for (const room of roomsFor(context, request)) {
      const serve = opened.get(room) ?? (await openRoom(room));
      const response = await serve(request);
      if (response !== undefined) {
        return response;
      }
    }
    return notFound(context, request);
  };
}

/**
 * Under one of Microsoft's names, only the service of that name answers. What the platform's own host separates by
 * first segments is spread over several hosts in reality, and the portal is on none of them.
 */
function roomsFor({ mode }: PlatformContext, { origin, path }: PlainRequest): readonly Room[] {
  const named = bySegment.get(firstName(path, asWritten)) ?? others;
  const service = mode === "interception" ? interceptedNames.get(new URL(origin).hostname) : undefined;
  if (service === undefined || service === named[0]?.service) {
    return named;
  }
  // Graph and Resource Manager refuse unknown paths in their own format.
  return service === "login" ? [] : rooms.filter((room) => room.service === service).slice(0, 1);
}

const others = rooms.filter(({ segments }) => segments === undefined);
const bySegment: ReadonlyMap<string, readonly Room[]> = new Map(
  rooms.flatMap((room) => (room.segments ?? []).map((segment): [string, readonly Room[]] => [segment, [room]])),
);

function notFound({ events }: PlatformContext, { method, path }: PlainRequest): PlainResponse {
  const why = `nothing answers ${method} at this path; check path and method`;
  events.record({ type: "request", method, path, status: 404, why });
  return { status: 404, headers: { "content-type": "text/plain; charset=UTF-8" }, body: "404 Not Found" };
}
