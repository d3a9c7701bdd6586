import { createHmac } from "node:crypto";
import type { Directory } from "../../directory/directory.ts";
import { getSetting } from "../../directory/tenants/tenants.ts";
import { seedSecretSetting } from "../../directory/users/userPasswords.ts";

/**
 * `sub`: one user's id towards one application, 43 characters, the same each time and another one for every other
 * application. @see OpenID Connect Core 1.0 section 8.1
 */
export function pairwiseSubject(directory: Directory, appId: string, userId: string): string {
  const key = getSetting(directory, seedSecretSetting) ?? "";
  return createHmac("sha256", key).update(`${appId} ${userId}`).digest("base64url");
}
