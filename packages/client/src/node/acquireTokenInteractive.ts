import { requireOptions } from "../acquisition/acquisition.ts";
import type { AuthenticationResult } from "../api/authenticationResult.ts";
import { requireOptionNames } from "../api/checks/optionNames.ts";
import { requireType } from "../api/checks/optionTypes.ts";
import type { AuthorizationUrlOptions } from "../api/options.ts";
import type { ClientApplication } from "../clientApplication.ts";
import { watch } from "../runtime/cancellation.ts";
import { type Clock, systemClock } from "../runtime/clock.ts";
import { signInOptions } from "../signIn/authorizationRequest.ts";
import { withTimeout } from "../transport/http.ts";
import { startLoopbackServer } from "./loopbackServer.ts";
import { openSystemBrowser } from "./systemBrowser.ts";

/** The options of {@link acquireTokenInteractive}. */
export interface AcquireTokenInteractiveOptions
  extends Omit<AuthorizationUrlOptions, "redirectUri" | "responseMode" | "state"> {
  /**
   * Where to wait for the response, on this machine: `http://localhost` (the default), or another host (`127.0.0.1`),
   * port or path if the registration requires it. Without a port, any free one is used, which Entra allows.
   */
  readonly redirectUri?: string | undefined;
  /** Opens the page for the user. Default: the system's browser, or the one named by `BROWSER`. */
  readonly openBrowser?: ((url: string) => unknown) | undefined;
  /** How long the user has, in milliseconds. Default 300,000. */
  readonly timeoutMs?: number | undefined;
  /** The clock that measures `timeoutMs`. */
  readonly clock?: Clock | undefined;
}

/**
 * Signs a user in with this machine's browser: opens the sign-in page, waits on 127.0.0.1 for its response (posted if
 * the authority supports that, otherwise in the address), redeems it, and shows the user the outcome in the browser.
 *
 * @throws {@link ServerError} `access_denied` when the user declines, and any other refusal; {@link AuthError}
 * `browser_unavailable`; {@link NetworkError} `timeout`; `signal.reason` when aborted; what `openBrowser` throws.
 * @see RFC 8252, https://learn.microsoft.com/entra/identity-platform/reply-url#localhost-exceptions
 * @example
 * ```ts
 * import { PublicClientApplication } from "@latchkey/client";
 * import { acquireTokenInteractive } from "@latchkey/client/node";
 *
 * const app = new PublicClientApplication({
 *   clientId: "11111111-2222-3333-4444-555555555555",
 *   authority: "https://login.microsoftonline.com/common",
 * });
 * const { account } = await acquireTokenInteractive(app, { scopes: ["User.Read"] });
 * ```
 */
export async function acquireTokenInteractive(
  app: Pick<ClientApplication, "getAuthorizationUrl" | "acquireTokenByAuthorizationCode">,
  options: AcquireTokenInteractiveOptions,
): Promise<AuthenticationResult> {
  requireType("app", app, "getAuthorizationUrl,acquireTokenByAuthorizationCode");
  requireOptionNames(
    "acquireTokenInteractive",
    options,
    `${signInOptions} redirectUri openBrowser:function timeoutMs:number clock:now,sleep`,
  );
  const {
    redirectUri = "http://localhost",
    openBrowser = openSystemBrowser,
    timeoutMs = 300_000,
    clock = systemClock,
    ...urlOptions
  } = options;
  const { signal, correlationId, claims, claimsFromClient } = urlOptions;
  requireOptions({ timeoutMs, correlationId });
  return withTimeout(
    { clock, requestTimeoutMs: timeoutMs },
    "The user",
    { signal, correlationId },
    async ({ signal }) => {
      const server = await startLoopbackServer(redirectUri);
      try {
        const { redirectUri } = server;
        const request = await app.getAuthorizationUrl({ ...urlOptions, redirectUri, responseMode: "auto", signal });
        return await new Promise<AuthenticationResult>((resolve, reject) => {
          watch({ signal }, reject);
          server
            .waitForResponse((response) =>
              app.acquireTokenByAuthorizationCode({
                request,
                response,
                signal,
                correlationId,
                claims,
                claimsFromClient,
              }),
            )
            .then(resolve, reject);
          // That the browser opened does not mean anything yet.
          Promise.resolve(request.url).then(openBrowser).catch(reject);
        });
      } finally {
        await server.close();
      }
    },
  );
}
