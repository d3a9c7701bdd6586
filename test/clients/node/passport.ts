import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { Passport } from "passport";
import { OIDCStrategy } from "passport-azure-ad";
import { Strategy as OpenIDConnectStrategy } from "passport-openidconnect";
import { listen, readSettings } from "./webApplication.ts";

interface Settings {
  readonly authority: string;
  readonly graph: string;
  readonly clientID: string;
  readonly clientSecret: string;
}

/** What Passport expects of a request; express and its middleware would provide it. */
interface PassportRequest extends IncomingMessage {
  query?: object;
  body?: object;
  session?: object;
}

const { authority, graph, clientID, clientSecret } = readSettings<Settings>();
const scope = ["profile", "email", "User.Read"];
const sessions = new Map<string, object>();

const passport = new Passport();

await listen((origin) => {
  passport.use(
    "azuread",
    new OIDCStrategy(
      {
        identityMetadata: `${authority}/v2.0/.well-known/openid-configuration`,
        responseType: "code id_token",
        responseMode: "form_post",
        redirectUrl: `${origin}/azuread/back`,
        allowHttpForRedirectUrl: true,
        ...{ clientID, clientSecret, scope },
      },
      (iss, _sub, profile, accessToken, _refreshToken, done) => done(null, { iss, profile, accessToken }),
    ),
  );
  passport.use(
    "openidconnect",
    new OpenIDConnectStrategy(
      {
        issuer: `${authority}/v2.0`,
        authorizationURL: `${authority}/oauth2/v2.0/authorize`,
        tokenURL: `${authority}/oauth2/v2.0/token`,
        userInfoURL: `${graph}/oidc/userinfo`,
        skipUserProfile: false,
        callbackURL: `${origin}/openidconnect/back`,
        ...{ clientID, clientSecret, scope },
      },
      (iss, profile, _context, _idToken, accessToken, _refreshToken, done) => done(null, { iss, profile, accessToken }),
    ),
  );

  return async (request: PassportRequest, response) => {
    const url = new URL(request.url ?? "/", origin);
    request.query = Object.fromEntries(url.searchParams);
    request.body = Object.fromEntries(new URLSearchParams(await text(request)));
    const known = /session=([^;]+)/.exec(request.headers.cookie ?? "")?.[1] ?? randomUUID();
    request.session = sessions.get(known) ?? {};
    sessions.set(known, request.session);
    response.setHeader("Set-Cookie", `session=${known}; Path=/; HttpOnly`);
    const show = (outcome: object) => response.end(JSON.stringify(outcome));
    const [, strategy = ""] = url.pathname.split("/");
    const authenticate = passport.authenticate(strategy, (error, user, info) =>
      show(user || { refused: error?.code ?? info }),
    );
    authenticate(request, response, ({ message }) => show({ failed: message }));
  };
});
