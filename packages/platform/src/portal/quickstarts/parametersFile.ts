import type { PortalVisit } from "../frame/portalPage.ts";

/** What a program is told in `parameters.json` besides who it is. */
export interface Parameters {
  readonly scope: readonly string[];
  readonly redirect_uri?: string | undefined;
  /** The address that it calls with its token. */
  readonly endpoint: string;
}

/** What `latchkey run` and the documented daemon samples are told. */
export function daemonParameters(url: string): Parameters {
  return { scope: ["https://graph.microsoft.com/.default"], endpoint: `${url}/v1.0/users` };
}

/** The text of a `parameters.json`. It holds the secret. */
export function parametersFile(
  { context, tenant }: PortalVisit,
  appId: string,
  secret: string,
  { scope, redirect_uri, endpoint }: Parameters,
): string {
  const authority = `${context.url}/${tenant.id}`;
  return `${JSON.stringify({ authority, client_id: appId, scope, secret, redirect_uri, endpoint }, null, 2)}\n`;
}
