import type { Directory } from "../directory/directory.ts";
import type { HttpContext } from "../http/context.ts";
import type { Signing } from "../signing/tokens.ts";
import type { Throttling } from "./request/throttling/throttling.ts";

/** What Graph needs of the platform. */
export interface GraphContext extends Pick<HttpContext, "url" | "clock" | "random" | "events"> {
  readonly directory: Directory;
  readonly signing: Pick<Signing, "verify">;
  /** Absent: requests are not counted. */
  readonly throttling?: Throttling | undefined;
}
