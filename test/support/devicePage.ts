import type { Platform } from "@latchkey/platform";
import { administrator } from "./administrator.ts";

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
  const { text } = await administrator(platform, { declines: action === "decline" }).visit(`${uri}?code=${code}`);
  return text;
}
