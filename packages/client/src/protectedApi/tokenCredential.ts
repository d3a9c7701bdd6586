import type { Account } from "../api/account.ts";
import { requireOptionNames } from "../api/checks/optionNames.ts";
import { requireTypes } from "../api/checks/optionTypes.ts";
import { acquireFrom, requireAccountIfPresent, type TokenSource } from "./tokenSource.ts";

/** An access token in the format of `@azure/core-auth`. */
export interface AzureAccessToken {
  readonly token: string;
  /** Epoch milliseconds. */
  readonly expiresOnTimestamp: number;
  /** When to refresh the token, in epoch milliseconds. */
  readonly refreshAfterTimestamp?: number;
  readonly tokenType: "Bearer";
}

/** The options that an Azure SDK passes. */
export interface AzureGetTokenOptions {
  // An Azure SDK may pass its own kind of signal, which has only these members.
  readonly abortSignal?: AzureAbortSignal | undefined;
  readonly requestOptions?: { readonly timeout?: number | undefined } | undefined;
  readonly claims?: string | undefined;
  readonly enableCae?: boolean | undefined;
  readonly tenantId?: string | undefined;
}

/** The part of `AbortSignal` that Azure SDKs rely on. */
export interface AzureAbortSignal {
  readonly aborted: boolean;
  /** Present on the platform's own signals only. */
  readonly reason?: unknown;
  addEventListener(type: "abort", listener: () => void): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/** A `TokenCredential` of `@azure/core-auth`, by structure. */
export interface AzureTokenCredential {
  getToken(scopes: string | string[], options?: AzureGetTokenOptions): Promise<AzureAccessToken>;
}

/** Tells a resource that the caller understands claims challenges. */
const caeClaims = '{"access_token":{"xms_cc":{"values":["cp1"]}}}';

/**
 * An application as the credential of Azure SDK clients (`@azure/*`, `@microsoft/microsoft-graph-client`): for the
 * application's own tokens, or a user's.
 *
 * @see https://learn.microsoft.com/javascript/api/@azure/core-auth/tokencredential
 * @example
 * ```ts
 * import { asTokenCredential, ConfidentialClientApplication, clientSecret } from "@latchkey/client";
 *
 * const app = new ConfidentialClientApplication({
 *   clientId: "11111111-2222-3333-4444-555555555555",
 *   authority: "https://login.microsoftonline.com/contoso.onmicrosoft.com",
 *   clientCredential: clientSecret("the secret's value"),
 * });
 * const credential = asTokenCredential(app);
 * const { token } = await credential.getToken("https://vault.azure.net/.default");
 * ```
 */
export function asTokenCredential(
  source: TokenSource,
  options: { readonly account?: Account | undefined } = {},
): AzureTokenCredential {
  requireOptionNames("asTokenCredential", options, "account:account");
  requireAccountIfPresent(options);
  const { account } = options;
  return {
    async getToken(scopes, options = {}) {
      requireTypes(options, "claims tenantId enableCae:boolean abortSignal:addEventListener,removeEventListener");
      const { claims, tenantId, enableCae, requestOptions, abortSignal } = options;
      const { signal, release } = toPlatformSignal(abortSignal);
      const { accessToken, expiresOn, refreshOn } = await acquireFrom(source, {
        scopes: typeof scopes === "string" ? [scopes] : scopes,
        account,
        claims,
        tenantId,
        claimsFromClient: enableCae ? caeClaims : undefined,
        signal,
        // core-auth: 0 means no limit.
        timeoutMs: requestOptions?.timeout || undefined,
      }).finally(release);
      return {
        token: accessToken,
        expiresOnTimestamp: expiresOn.getTime(),
        ...(refreshOn === undefined ? {} : { refreshAfterTimestamp: refreshOn.getTime() }),
        tokenType: "Bearer",
      };
    },
  };
}

/**
 * Converts the SDK's signal to the platform's. An SDK may use one signal for all calls, so each call releases it at the
 * end.
 */
function toPlatformSignal(signal: AzureAbortSignal | undefined): {
  readonly signal: AbortSignal | undefined;
  release(): void;
} {
  if (signal === undefined || signal instanceof AbortSignal) {
    return { signal, release() {} };
  }
  const controller = new AbortController();
  const abort = (): void => controller.abort(signal.reason);
  if (signal.aborted) {
    abort();
  }
  signal.addEventListener("abort", abort);
  return { signal: controller.signal, release: () => signal.removeEventListener("abort", abort) };
}
