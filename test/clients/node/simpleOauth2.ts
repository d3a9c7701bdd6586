import { AuthorizationCode, ClientCredentials } from "simple-oauth2";
import { readSettings, serve } from "./webApplication.ts";

interface Settings {
  readonly tokenHost: string;
  readonly tenantId: string;
  readonly id: string;
  readonly secret: string;
}

const { tokenHost, tenantId, ...client } = readSettings<Settings>();
const auth = { tokenHost, tokenPath: `/${tenantId}/oauth2/v2.0/token` };
const web = new AuthorizationCode({ client, auth: { ...auth, authorizePath: `/${tenantId}/oauth2/v2.0/authorize` } });

await serve((origin) => ({
  "/daemon": async ({ url }) => {
    const authorizationMethod = new URL(url).searchParams.get("method") === "body" ? "body" : "header";
    const daemon = new ClientCredentials({ client, auth, options: { authorizationMethod } });
    return Response.json((await daemon.getToken({ scope: "https://graph.microsoft.com/.default" })).token);
  },

  "/sign-in": () => {
    const scope = "offline_access User.Read";
    return Response.redirect(web.authorizeURL({ redirect_uri: `${origin}/back`, scope, state: "s-1" }));
  },
  "/back": async ({ url }) => {
    const code = new URL(url).searchParams.get("code") ?? "";
    const first = await web.getToken({ code, redirect_uri: `${origin}/back` });
    const second = await first.refresh();
    const third = await second.refresh();
    return Response.json([first, second, third].map(({ token }) => token.access_token));
  },
}));
