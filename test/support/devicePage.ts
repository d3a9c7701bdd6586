import type { Platform } from "@latchkey/platform";
import { visitor } from "./visitor.ts";

/** What a person is told who signs in by device code. */
export interface Told {
  readonly user_code: string;
  readonly verification_uri: string;
}

/** The administrator opens the page, signs in, and answers what it asks. Gives the HTML of the page that follows. */
export async function answerDevicePage(
  platform: Platform,
  { user_code: code, verification_uri: uri }: Told,
  action: "confirm" | "decline",
): Promise<string> {
  const { userPrincipalName: username, password } = platform.tenant.administrator;
  const page = visitor(platform, `${uri}?code=${code}`);
  await page.post({ action: "sign-in", username, password });
  await page.get();
  return page.post({ action });
}
