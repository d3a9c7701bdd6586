import type { PortalVisit } from "./portalPage.ts";

/** The `parameters.json` that `latchkey run` and the documented daemon samples read. It holds the secret. */
export function daemonParameters({ context, tenant }: PortalVisit, appId: string, secret: string): string {
  const parameters = {
    authority: `${context.url}/${tenant.id}`,
    client_id: appId,
    scope: ["https://graph.microsoft.com/.default"],
    secret,
    endpoint: `${context.url}/v1.0/users`,
  };
  return `${JSON.stringify(parameters, null, 2)}\n`;
}
