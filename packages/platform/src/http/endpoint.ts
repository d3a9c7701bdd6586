import type { Handle, PlainRequest, PlainResponse } from "./plainHttp.ts";
import { openRouter, type PathRules, type Route, readPath } from "./router.ts";

/** The handler of one path. */
export interface Endpoint<Context> extends Route {
  readonly handle: (
    context: Context,
    request: PlainRequest,
    parameters: Readonly<Record<string, string>>,
  ) => PlainResponse | Promise<PlainResponse>;
}

/** Answers a request, or returns `undefined` if no endpoint matches. */
export type Serve = (request: PlainRequest) => ReturnType<Handle> | undefined;

/** HEAD is answered like GET; whoever writes the response leaves out the body. */
export function serveEndpoints<Context>(
  context: Context,
  endpoints: readonly Endpoint<Context>[],
  rules: PathRules,
): Serve {
  const router = openRouter(endpoints);
  return (request) => {
    const method = request.method === "HEAD" ? "GET" : request.method;
    const found = router.find(method, readPath(request.path, rules));
    return found.kind === "route" ? found.route.handle(context, request, found.parameters) : undefined;
  };
}
