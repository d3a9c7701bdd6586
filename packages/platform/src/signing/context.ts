import type { Directory } from "../directory/directory.ts";
import type { HttpContext } from "../http/context.ts";

/** What claims depend on besides the subject of a token. */
export interface SigningContext extends Pick<HttpContext, "url" | "mode" | "clock" | "random"> {
  /** The start of the issuers of each version, without a trailing slash. */
  readonly issuers: Readonly<Record<1 | 2, string>>;
  readonly directory: Directory;
}
