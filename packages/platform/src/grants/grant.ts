import type { Refusal } from "../aadsts.ts";
import type { PlatformContext } from "../platformContext.ts";
import type { TokenFacts } from "../tokenFacts.ts";
import type { TokenRequest } from "../tokenRequest.ts";

/** What a grant gives: everything the answer of either endpoint version is written from. */
export interface GrantedToken {
  readonly kind: "granted";
  readonly accessToken: string;
  readonly expiresInSeconds: number;
  readonly notBeforeSeconds: number;
  readonly expiresSeconds: number;
  readonly resource: string;
  /** For the log. */
  readonly permissions: readonly string[];
  readonly why: string;
}

/** A grant type of the token endpoints: one file in this folder, one line in `grants.ts`. */
export interface Grant {
  readonly grantType: string;
  /** Every parameter the grant reads, those of client authentication aside. */
  readonly parameters: readonly string[];
  /** Looks only at what was sent; runs before tenant and client are looked up. */
  readonly checkParameters: (context: PlatformContext, request: TokenRequest) => Refusal | undefined;
  readonly handle: (
    context: PlatformContext,
    request: TokenRequest,
    facts: TokenFacts,
  ) => Refusal | Promise<Refusal | GrantedToken>;
}
