import type { Random } from "../core/random.ts";

/** Details of the real service's responses that have changed over time. */
export interface WireProfile {
  /**
   * The separator before `Trace ID:` and the other trailers in `error_description`: a space since late 2023, a line
   * break before.
   */
  readonly errorTrailerSeparator: " " | "\r\n";
  /** The `error` of the authorize endpoint when the user declines consent; both were seen, in 2026 and in 2023. */
  readonly declinedConsentError: "consent_required" | "access_denied";
}

/** What the errors and responses of the token service depend on. */
export interface AadstsContext {
  readonly random: Random;
  readonly wireProfile: WireProfile;
}
