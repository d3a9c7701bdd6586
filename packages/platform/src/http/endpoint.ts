import type { Handle, PlainRequest, PlainResponse } from "./plainHttp.ts";
import { openRouter, type PathRules, type Route, readPath } from "./router.ts";

/** What answers at one path. */
export interface Endpoint<Context> extends Route {
  readonly handle: (
    context: Context,
    request: PlainRequest,
    parameters: Readonly<Record<string, string>>,
  ) => PlainResponse | Promise<PlainResponse>;
}

/** Answers a request, or gives `undefined` where nobody does. */
export type Serve = (request: PlainRequest) => ReturnType<Handle> | undefined;

/** HEAD is answered as GET is: what writes the answer leaves the body out. */
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
