import type { PortalVisit } from "../frame/portalPage.ts";

/** What `parameters.json` contains besides authority, client id and secret. */
export interface Parameters {
  readonly scope: readonly string[];
  readonly redirect_uri?: string | undefined;
  /** The URL that the program calls with its token. */
  readonly endpoint: string;
}

/** The parameters of `latchkey run` and of the documented daemon samples. */
export function daemonParameters(url: string): Parameters {
  return { scope: ["https://graph.microsoft.com/.default"], endpoint: `${url}/v1.0/users` };
}

/** The text of a `parameters.json` file, with the secret. */
export function parametersFile(
  { context, tenant }: PortalVisit,
  appId: string,
  secret: string,
  { scope, redirect_uri, endpoint }: Parameters,
): string {
  const authority = `${context.url}/${tenant.id}`;
  return `${JSON.stringify({ authority, client_id: appId, scope, secret, redirect_uri, endpoint }, null, 2)}\n`;
}
