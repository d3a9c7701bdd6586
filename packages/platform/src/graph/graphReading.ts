import type { PlainEndpoint } from "../tokenService/endpoints/endpoint.ts";
import type { answerGraph } from "./graph.ts";

let loading: Promise<typeof answerGraph> | undefined;

/**
 * What is read of Microsoft Graph. It is loaded when it is first asked, as the app is; its line is in `directPath.ts`, since
 * hono has Graph as a whole.
 */
export const graphReading: readonly PlainEndpoint[] = ["/v1.0/*", "/beta/*"].map((path) => ({
  method: "GET",
  path,
  service: "graph",
  async handle(context, request) {
    loading ??= import("./graph.ts").then((graph) => graph.answerGraph);
    return (await loading)(context, request);
  },
}));
