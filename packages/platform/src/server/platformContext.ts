import type { Clock } from "../core/clock.ts";
import type { EventLog } from "../core/events.ts";
import type { Random } from "../core/random.ts";
import type { Directory } from "../directory/directory.ts";
import { tenantPolicy } from "../directory/tenants/tenantPolicy.ts";
import type { Throttling } from "../graph/request/throttling/throttling.ts";
import type { Hosts } from "../http/hosts.ts";
import type { PlainRequest } from "../http/plainHttp.ts";
import type { NewSecrets } from "../portal/newSecrets.ts";
import type { AccountLockout } from "../signIn/accountLockout.ts";
import type { SecondFactors } from "../signIn/secondFactors.ts";
import type { Sessions } from "../signIn/sessions.ts";
import type { Signing } from "../signing/tokens.ts";

/** Spellings of the real service that changed over time. */
export interface WireProfile {
  /** What stands before `Trace ID:` and its like in `error_description`: a space since late 2023, a line break before. */
  readonly errorTrailerSeparator: " " | "\r\n";
  /** `error` in the answer of the authorize endpoint when the user declines consent: seen 2026 and 2023. */
  readonly declinedConsentError: "consent_required" | "access_denied";
}

/** Under which names a platform is found: its own only, or Microsoft's too. */
export type PlatformMode = "own-host" | "interception";

/** What every route of one running platform works with. */
export interface PlatformContext {
  /** The configured public URL without a slash at its end. */
  readonly url: string;
  readonly mode: PlatformMode;
  /** The certificate (PEM) of the authority that vouches for the platform's own host. */
  readonly caCertificate: string;
  /** What the issuers of each version begin with, without a slash at the end. */
  readonly issuers: Readonly<Record<1 | 2, string>>;
  readonly directory: Directory;
  readonly clock: Clock;
  readonly random: Random;
  readonly signing: Signing;
  readonly events: EventLog;
  readonly hosts: Hosts;
  readonly sessions: Sessions;
  readonly lockout: AccountLockout;
  readonly secondFactors: SecondFactors;
  readonly newSecrets: NewSecrets;
  /** Absent: Graph does not count requests. */
  readonly throttling: Throttling | undefined;
  readonly wireProfile: WireProfile;
}

/** The `iss` of a tenant's tokens, whatever host the request was sent to. */
export function issuerOf(context: PlatformContext, tenantId: string, version: 1 | 2): string {
  if (version === 2 && tenantPolicy(context.directory, tenantId).isExternalId) {
    // The host is the tenant's id, whatever name the authority was reached by.
    return `https://${tenantId}.ciamlogin.com/${tenantId}/v2.0`;
  }
  const issuer = `${context.issuers[version]}/${tenantId}`;
  return version === 1 ? `${issuer}/` : `${issuer}/v2.0`;
}

/** The origin the caller used, without a slash at its end: endpoints and next links name it. */
export function urlFor(request: PlainRequest): string {
  // The text of a request's URL is normalised: the first slash after the scheme ends the origin.
  const end = request.url.indexOf("/", "https://".length);
  return end < 0 ? request.url : request.url.slice(0, end);
}
