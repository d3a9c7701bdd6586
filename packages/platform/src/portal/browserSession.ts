import { timingSafeEqual } from "node:crypto";
import { type Refusal, refuse } from "../aadsts.ts";
import { verifyUserPassword } from "../directory/userPasswords.ts";
import { findUserByPrincipalName, getUser, type User } from "../directory/users.ts";
import type { Exchange } from "../exchange.ts";
import type { PlatformContext } from "../platformContext.ts";
import type { Session } from "./sessions.ts";

/** A browser's session together with its user, as long as that user may still sign in. */
export interface SignedIn {
  readonly session: Session;
  readonly user: User;
}

/** Named with the port, because browsers send the cookies of one localhost port to all others. */
function cookieName(context: PlatformContext): string {
  return `__Host-latchkey-session-${new URL(context.url).port || "443"}`;
}

export function findSignedIn(context: PlatformContext, request: Request): SignedIn | undefined {
  const session = context.sessions.find(cookieValue(context, request));
  const user = session === undefined ? undefined : getUser(context.directory, session.userId);
  return session === undefined || user?.accountEnabled !== true ? undefined : { session, user };
}

/** Checks name and password. The same refusal for an unknown name and a wrong password, as on the real service. */
export function authenticateUser(
  context: PlatformContext,
  userPrincipalName: string,
  password: string,
): Refusal | { readonly kind: "user"; readonly user: User } {
  const user = findUserByPrincipalName(context.directory, userPrincipalName.trim());
  if (user === undefined || !verifyUserPassword(context.directory, user.id, password)) {
    return refuse("50126", {}, "the user name or the password is wrong");
  }
  return user.accountEnabled
    ? { kind: "user", user }
    : refuse("50057", {}, "the user's accountEnabled is false; an administrator can set it to true");
}

export function startSession(context: PlatformContext, userId: string): string {
  return `${cookieName(context)}=${context.sessions.start(userId)}; Path=/; Secure; HttpOnly; SameSite=Lax`;
}

export function endSession(context: PlatformContext, request: Request): string {
  context.sessions.end(cookieValue(context, request));
  return `${cookieName(context)}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0`;
}

/**
 * Why a form post is not believed, or `undefined`. A page on another port of localhost counts as the same site to a
 * browser, so only the same origin will do.
 */
export function foreignPost(exchange: Exchange): string | undefined {
  const { headers } = exchange.request;
  const origin = headers.get("origin");
  const site = headers.get("sec-fetch-site");
  if (origin !== null && origin !== exchange.base) {
    return `the form was sent by a page of ${origin}, not by the platform's own`;
  }
  return site === null || site === "same-origin" || site === "none"
    ? undefined
    : `the form was sent by another site's page (Sec-Fetch-Site: ${site})`;
}

export function isSessionToken(session: Session, presented: string | undefined): boolean {
  const [expected, given] = [Buffer.from(session.formToken), Buffer.from(presented ?? "")];
  return expected.length === given.length && timingSafeEqual(expected, given);
}

function cookieValue(context: PlatformContext, request: Request): string | undefined {
  const prefix = `${cookieName(context)}=`;
  const cookies = (request.headers.get("cookie") ?? "").split(/; */);
  return cookies.find((cookie) => cookie.startsWith(prefix))?.slice(prefix.length);
}
