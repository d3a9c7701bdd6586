import { Refusal } from "../../aadsts/aadsts.ts";
import type { Application } from "../../directory/applications/applicationProperties.ts";
import { findApplicationByAppId } from "../../directory/applications/applications.ts";
import { findUserCode, type StoredDeviceCode } from "../../directory/issuedTokens/deviceCodes.ts";
import type { TokenServiceContext } from "../context.ts";

/** A code that waits for its user, and the application it was given to. */
export interface PendingUserCode {
  readonly stored: StoredDeviceCode;
  readonly application: Application;
}

/** What a person typed may be nothing, wrong, answered already, or old. @see RFC 8628 section 3.3 */
export function readUserCode({ directory, clock }: TokenServiceContext, userCode: string): PendingUserCode {
  if (userCode === "") {
    throw new Refusal("90119", {}, "nothing was entered; type the code that the device shows");
  }
  const stored = findUserCode(directory, userCode);
  const application = findApplicationByAppId(directory, stored?.request.clientId ?? "");
  if (stored === undefined || application === undefined) {
    throw new Refusal(
      "70018",
      {},
      "no device has this code; check it letter by letter, or ask the device for a new one",
    );
  }
  if (stored.state !== "pending") {
    throw new Refusal("90120", {}, "the code was used before; ask the device for a new one");
  }
  if (clock.now() >= stored.expiresMs) {
    throw new Refusal("70019", {}, "the code is older than fifteen minutes; ask the device for a new one");
  }
  return { stored, application };
}
