import type { Directory } from "../directory/directory.ts";
import type { HttpContext } from "../http/context.ts";
import type { Signing } from "../signing/tokens.ts";
import type { Throttling } from "./request/throttling/throttling.ts";

/** What Graph needs from the platform. */
export interface GraphContext extends Pick<HttpContext, "url" | "clock" | "random" | "events"> {
  readonly directory: Directory;
  readonly signing: Pick<Signing, "verify">;
  /** Absent: requests are not throttled. */
  readonly throttling?: Throttling | undefined;
}
