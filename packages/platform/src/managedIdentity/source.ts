import type { PlatformContext } from "../platformContext.ts";
import type { IdentityChoice } from "./chooseIdentity.ts";
import type { IssuedToken } from "./issueToken.ts";

/** The kinds of Azure hosts whose managed identity endpoint there is. */
export type ManagedIdentitySourceName = "imds" | "appService";

/** A request was not answered with a token. */
export type IdentityRefusal =
  | { readonly kind: "refused"; readonly reason: "wrongMethod" | "noProof" | "badVersion" | "noResource" }
  | Exclude<IdentityChoice, { readonly kind: "identity" }>
  | { readonly kind: "tokenRefused"; readonly code: string; readonly error: string; readonly text: string };

/** What one kind of host has of its own: variables, proof, parameters and the shapes of its answers. */
export interface ManagedIdentitySource {
  readonly name: ManagedIdentitySourceName;
  readonly path: string;
  readonly apiVersions: readonly string[];
  /** The query parameters that name an identity, by what they name. At most one may be sent. */
  readonly identityParameters: Readonly<Record<string, "clientId" | "objectId" | "resourceId">>;
  /** What leads a client here. `secret` is new for each host. */
  environment(url: string, secret: string): Readonly<Record<string, string>>;
  /** Whether the request can only come from a program on the host: pages and proxies cannot set the header. */
  isProven(headers: Headers, secret: string): boolean;
  answer(token: IssuedToken): Readonly<Record<string, unknown>>;
  refuse(context: PlatformContext, refusal: IdentityRefusal): IdentityError;
}

/** An error answer as the host writes it. */
export interface IdentityError {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}
