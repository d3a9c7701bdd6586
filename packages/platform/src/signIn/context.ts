import type { AadstsContext } from "../aadsts/context.ts";
import type { Directory } from "../directory/directory.ts";
import type { HttpContext } from "../http/context.ts";
import type { AccountLockout } from "./accountLockout.ts";
import type { SecondFactors } from "./secondFactors.ts";
import type { Sessions } from "./sessions.ts";

/** What signing in needs from the platform. */
export interface SignInContext extends HttpContext, AadstsContext {
  readonly directory: Directory;
  readonly sessions: Sessions;
  readonly lockout: AccountLockout;
  readonly secondFactors: SecondFactors;
}
