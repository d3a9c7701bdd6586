import type { SignInContext } from "../signIn/context.ts";
import type { SigningContext } from "../signing/context.ts";
import type { Signing } from "../signing/tokens.ts";

/** What the token service needs from the platform. */
export interface TokenServiceContext extends SignInContext, SigningContext {
  readonly signing: Signing;
}
