import type { Random } from "../core/random.ts";

/** Spellings of the real service that changed over time. */
export interface WireProfile {
  /** What stands before `Trace ID:` and its like in `error_description`: a space since late 2023, a line break before. */
  readonly errorTrailerSeparator: " " | "\r\n";
  /** `error` in the answer of the authorize endpoint when the user declines consent: seen 2026 and 2023. */
  readonly declinedConsentError: "consent_required" | "access_denied";
}

/** What the errors and answers of the token service are written with. */
export interface AadstsContext {
  readonly random: Random;
  readonly wireProfile: WireProfile;
}
