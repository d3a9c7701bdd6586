import type { AuthenticationResult } from "./api/authenticationResult.ts";
import { applicationOptions, requireOptionNames } from "./api/checks/optionNames.ts";
import type { AcquireTokenByDeviceCodeOptions, ApplicationOptions } from "./api/options.ts";
import { ClientApplication } from "./clientApplication.ts";
import { type ClientContext, createClientContext } from "./clientContext.ts";
import { ConfigurationError } from "./errors/errors.ts";
import { acquireTokenByDeviceCode } from "./flows/deviceCode.ts";

/**
 * An application that cannot keep a secret: a desktop program, a command-line tool, a page in a browser. It never takes
 * a credential. Create one and use it for the life of the process: it holds the token cache.
 *
 * @throws {@link ConfigurationError} when an option is invalid.
 * @see RFC 6749 section 2.1, RFC 8252
 * @example
 * ```ts
 * import { PublicClientApplication } from "@latchkey/client";
 *
 * const app = new PublicClientApplication({
 *   clientId: "11111111-2222-3333-4444-555555555555",
 *   authority: "https://login.microsoftonline.com/common",
 * });
 *
 * export async function signIn() {
 *   const request = await app.getAuthorizationUrl({ scopes: ["User.Read"], redirectUri: "http://localhost:3000/" });
 *   sessionStorage.setItem("signIn", JSON.stringify(request));
 *   location.assign(request.url);
 * }
 *
 * export async function arrive() {
 *   const request = JSON.parse(sessionStorage.getItem("signIn") ?? "{}");
 *   const { account } = await app.acquireTokenByAuthorizationCode({ request, response: location.href });
 *   return account;
 * }
 * ```
 */
export class PublicClientApplication extends ClientApplication {
  readonly #client: ClientContext;

  constructor(options: ApplicationOptions) {
    requireNoCredential(options);
    requireOptionNames("PublicClientApplication", options, applicationOptions);
    const client = createClientContext(options, undefined);
    super(client);
    this.#client = client;
  }

  /**
   * Signs in a user who has no browser here: shows a code to enter on another device, and waits until it has been
   * entered. Temporary network failures do not end the sign-in.
   *
   * @throws {@link AuthError} `device_code_expired`; {@link ServerError} `access_denied` when the user declines, and
   * any other refusal; `signal.reason` when aborted.
   * @see RFC 8628, https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code
   * @example
   * ```ts
   * import type { PublicClientApplication } from "@latchkey/client";
   *
   * const signIn = (app: PublicClientApplication) =>
   *   app.acquireTokenByDeviceCode({
   *     scopes: ["User.Read"],
   *     deviceCodeCallback: ({ message }) => console.error(message),
   *   });
   * ```
   */
  acquireTokenByDeviceCode(options: AcquireTokenByDeviceCodeOptions): Promise<AuthenticationResult> {
    return acquireTokenByDeviceCode(this.#client, options);
  }
}

function requireNoCredential(options: ApplicationOptions): void {
  const given = ["clientCredential", "clientSecret", "clientCertificate", "clientAssertion"].find(
    (name) => options?.[name as keyof ApplicationOptions] !== undefined,
  );
  if (given === undefined) {
    return;
  }
  throw new ConfigurationError(`${given} was passed to a public client, which cannot keep a secret.`, {
    code: "invalid_options",
    remedy:
      "Use ConfidentialClientApplication on a server; remove the credential from programs that run on users' devices.",
  });
}
