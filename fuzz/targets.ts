import type { FuzzTarget } from "./target.ts";
import { cacheBlobs } from "./targets/cacheBlobs.ts";
import { callbackParameters } from "./targets/callbackParameters.ts";
import { challengeHeaders } from "./targets/challengeHeaders.ts";
import { identities } from "./targets/identities.ts";
import { pastedCredentials } from "./targets/pastedCredentials.ts";
import { tokenResponses } from "./targets/tokenResponses.ts";

/** All targets, for `npm run fuzz` and for the short run in CI. */
export const targets: readonly FuzzTarget[] = [
  cacheBlobs,
  callbackParameters,
  challengeHeaders,
  identities,
  pastedCredentials,
  tokenResponses,
];
