import { timingSafeEqual } from "node:crypto";
import { Refusal } from "../aadsts/aadsts.ts";
import type { Authentication } from "../directory/issuedTokens/authentication.ts";
import { sessionsValidFromMs } from "../directory/users/signInRevocation.ts";
import { hasPassword, verifyUserPassword } from "../directory/users/userPasswords.ts";
import { findUserByPrincipalName, getUser, type User } from "../directory/users/users.ts";
import type { Exchange } from "../http/exchange.ts";
import type { PlainRequest } from "../http/plainHttp.ts";
import type { SignInContext } from "./context.ts";
import type { NewAccount, Session } from "./sessions.ts";

/** A browser's session and one of its users, as long as that user may still sign in. */
export interface SignedIn {
  readonly session: Session;
  readonly user: User;
  readonly authentication: Authentication;
}

type CookieKind = "page" | "silent";

/** Includes the port, because browsers send the cookies of one localhost port to all others. */
function cookieName(context: SignInContext, kind: CookieKind): string {
  const name = kind === "page" ? "session" : "silent";
  return `__Host-latchkey-${name}-${new URL(context.url).port || "443"}`;
}

// The silent cookie has to be sent to responses in frames of other sites, like the real service's. It opens no page.
const sameSite: Readonly<Record<CookieKind, string>> = { page: "Lax", silent: "None" };

/** The user who was used last in this browser. */
export function findSignedIn(context: SignInContext, request: PlainRequest): SignedIn | undefined {
  return listSignedIn(context, request)[0];
}

/** Every user of this browser's session who may still sign in, the last used one first. */
export function listSignedIn(context: SignInContext, request: PlainRequest): readonly SignedIn[] {
  return usable(context, context.sessions.find(cookieValue(context, request, "page")));
}

/** Like `listSignedIn`, for a response without a page. */
export function listSilentlySignedIn(context: SignInContext, request: PlainRequest): readonly SignedIn[] {
  const silent = context.sessions.findSilent(cookieValue(context, request, "silent"));
  return usable(context, silent ?? context.sessions.find(cookieValue(context, request, "page")));
}

function usable(context: SignInContext, session: Session | undefined): readonly SignedIn[] {
  return (session?.accounts ?? []).flatMap((authentication) => {
    const user = getUser(context.directory, authentication.userId);
    const isRevoked = authentication.signedInMs < sessionsValidFromMs(context.directory, authentication.userId);
    return session === undefined || user?.accountEnabled !== true || isRevoked
      ? []
      : [{ session, user, authentication }];
  });
}

/**
 * Checks name and password. Throws the same refusal for an unknown name and a wrong password, like the real service.
 */
export function authenticateUser(context: SignInContext, userPrincipalName: string, password: string): User {
  const { directory, lockout } = context;
  const user = findUserByPrincipalName(directory, userPrincipalName.trim());
  if (user === undefined) {
    throw new Refusal("50126", {}, "the user name or the password is wrong");
  }
  if (lockout.isLocked(user.id)) {
    throw new Refusal("50053", {}, "ten wrong passwords lock an account for a minute by the platform's clock");
  }
  if (!hasPassword(directory, user.id)) {
    throw new Refusal("50056", {}, "the user was created without a password; set one in the seed or through Graph");
  }
  if (!verifyUserPassword(directory, user.id, password)) {
    lockout.recordFailure(user.id);
    throw new Refusal("50126", {}, "the user name or the password is wrong");
  }
  lockout.recordSuccess(user.id);
  if (!user.accountEnabled) {
    throw new Refusal("50057", {}, "the user's accountEnabled is false; an administrator can set it to true");
  }
  return user;
}

/** Signs a user in and returns the `Set-Cookie` lines. Other users of the browser stay signed in. */
export function startSession(context: SignInContext, request: PlainRequest, account: NewAccount): readonly string[] {
  const values = context.sessions.start(account, cookieValue(context, request, "page"));
  return (["page", "silent"] as const).map((kind) => setCookie(context, kind, values[kind]));
}

/** Signs out all users of this browser and returns the `Set-Cookie` lines. */
export function endSession(context: SignInContext, request: PlainRequest): readonly string[] {
  context.sessions.end(cookieValue(context, request, "page"));
  return (["page", "silent"] as const).map((kind) => `${setCookie(context, kind, "")}; Max-Age=0`);
}

function setCookie(context: SignInContext, kind: CookieKind, value: string): string {
  return `${cookieName(context, kind)}=${value}; Path=/; Secure; HttpOnly; SameSite=${sameSite[kind]}`;
}

/**
 * Why a form post is not trusted, or `undefined`. To a browser, a page on another port of localhost is the same site,
 * so only the same origin is accepted.
 */
export function untrustedPostReason(exchange: Exchange): string | undefined {
  const { headers } = exchange.request;
  const origin = headers.get("origin");
  const site = headers.get("sec-fetch-site");
  if (origin !== null && origin !== exchange.base) {
    return `the form was sent by a page of ${origin}, not of the platform itself`;
  }
  return site === null || site === "same-origin" || site === "none"
    ? undefined
    : `the form was sent by a page of another site (Sec-Fetch-Site: ${site})`;
}

export function isSessionToken(session: Session, presented: string | undefined): boolean {
  const [expected, given] = [Buffer.from(session.formToken), Buffer.from(presented ?? "")];
  return expected.length === given.length && timingSafeEqual(expected, given);
}

function cookieValue(context: SignInContext, request: PlainRequest, kind: CookieKind): string | undefined {
  const prefix = `${cookieName(context, kind)}=`;
  const cookies = (request.headers.get("cookie") ?? "").split(/; */);
  return cookies.find((cookie) => cookie.startsWith(prefix))?.slice(prefix.length);
}
