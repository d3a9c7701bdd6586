import type { Platform } from "@latchkey/platform";
import { type Person, person } from "./person.ts";

/**
 * The platform's administrator at a browser. Applications on this machine are reached by http, everything else is the
 * platform.
 */
export function administrator(platform: Platform, { declines = false } = {}): Person {
  const { userPrincipalName: username, password } = platform.tenant.administrator;
  return person({
    username,
    password,
    declines,
    fetch: (request) => (request.url.startsWith("https:") ? platform.fetch(request) : fetch(request)),
  });
}
