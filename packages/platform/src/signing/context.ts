import type { Directory } from "../directory/directory.ts";
import type { HttpContext } from "../http/context.ts";

/** What claims are made of, beside what a token is about. */
export interface SigningContext extends Pick<HttpContext, "url" | "mode" | "clock" | "random"> {
  /** What the issuers of each version begin with, without a slash at the end. */
  readonly issuers: Readonly<Record<1 | 2, string>>;
  readonly directory: Directory;
}
