import { AuthError } from "@latchkey/client";

/** The error that work ends with; fails the test if it succeeds. */
export async function failureOf(work: Promise<unknown> | (() => unknown)): Promise<unknown> {
  try {
    await (typeof work === "function" ? work() : work);
  } catch (error) {
    return error;
  }
  throw new Error("Expected a failure, and there was none.");
}

/** Like {@link failureOf}, for one of the library's errors. */
export async function authErrorOf(work: Promise<unknown> | (() => unknown)): Promise<AuthError> {
  const error = await failureOf(work);
  if (error instanceof AuthError) {
    return error;
  }
  throw new Error(`Expected an AuthError, and got ${String(error)}.`, { cause: error });
}
