import type { RequestListener } from "node:http";
import { getRequestListener } from "@hono/node-server";
import type { Controls } from "../control/controls.ts";
import type { ConnectionBindings } from "../control/injectedFaults/connection.ts";
import type { Listener } from "../http/node.ts";
import { platformApp } from "./app.ts";
import type { PlatformContext } from "./platformContext.ts";

/** The whole platform, asked with or without a socket. */
export interface OpenApp {
  fetch(request: Request, bindings: ConnectionBindings): Response | Promise<Response>;
  readonly answer: RequestListener;
}

export function openApp(context: PlatformContext, controls: Controls, { reset }: Pick<Listener, "reset">): OpenApp {
  const { fetch } = platformApp(context, controls);
  return {
    fetch,
    answer: getRequestListener(
      (request, { incoming }) => fetch(request, { connection: { reset: () => reset(incoming.socket) } }),
      { overrideGlobalObjects: false },
    ),
  };
}
