import { Refusal } from "../../aadsts/aadsts.ts";
import type { SignedIn } from "../../signIn/browserSession.ts";
import { hintedName } from "../../signing/claims/optionalClaims.ts";
import type { TokenServiceContext } from "../context.ts";
import type { AuthorizationRequest } from "./authorizationRequest.ts";

type Choice =
  | { readonly kind: "chosen"; readonly signedIn: SignedIn }
  | { readonly kind: "signIn"; readonly userPrincipalName?: string | undefined }
  | { readonly kind: "pick"; readonly accounts: readonly SignedIn[] };

/** Chooses which of the browser's users the request is for, or how to get one. */
export function chooseAccount(
  { clock }: TokenServiceContext,
  request: AuthorizationRequest,
  accounts: readonly SignedIn[],
): Choice {
  const { prompt, maxAgeSeconds, tenant } = request;
  // Entra: select_account shows the picker whatever the hint.
  const hint = prompt === "select_account" ? undefined : hintedName(request.loginHint);
  const signIn = { kind: "signIn", userPrincipalName: hint } as const;
  if (prompt === "login" || prompt === "create") {
    return signIn;
  }
  const isFresh = ({ authentication }: SignedIn): boolean =>
    maxAgeSeconds === undefined || clock.now() - authentication.signedInMs <= maxAgeSeconds * 1000;
  const fresh = accounts.filter(isFresh);
  const named = fresh.find((account) => isNamed(account, hint, request.sid));
  if (named !== undefined) {
    return { kind: "chosen", signedIn: named };
  }
  // Without a hint, single sign-on is only for users of the requested tenant.
  const matching = fresh.filter(({ user }) => tenant === undefined || user.tenantId === tenant.id);
  if (prompt === "none") {
    return chooseSilently(hint, matching);
  }
  if (prompt === "select_account") {
    return fresh.length > 0 ? { kind: "pick", accounts: fresh } : signIn;
  }
  const [only, ...others] = matching;
  if (hint !== undefined || only === undefined) {
    return signIn;
  }
  return others.length > 0 ? { kind: "pick", accounts: matching } : { kind: "chosen", signedIn: only };
}

function chooseSilently(hint: string | undefined, matching: readonly SignedIn[]): Choice {
  const [only, ...others] = matching;
  if (only === undefined || hint !== undefined) {
    throw new Refusal("50058", {}, "prompt=none shows no page, and no matching user is signed in in this browser");
  }
  if (others.length > 0) {
    throw new Refusal("16000", {}, "several users are signed in in this browser; name one with login_hint or sid");
  }
  return { kind: "chosen", signedIn: only };
}

function isNamed(
  { user, authentication, session }: SignedIn,
  hint: string | undefined,
  sid: string | undefined,
): boolean {
  if (hint !== undefined) {
    return user.userPrincipalName.toLowerCase() === hint.toLowerCase();
  }
  return sid !== undefined && authentication.sid === sid && session.accounts[0].userId === user.id;
}
