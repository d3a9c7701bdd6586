import type { Platform } from "@latchkey/platform";
import { administrator } from "./administrator.ts";

/** What a user is shown during sign-in by device code. */
export interface DevicePrompt {
  readonly user_code: string;
  readonly verification_uri: string;
}

/** The administrator opens the page, signs in, and answers its questions. Returns the HTML of the next page. */
export async function answerDevicePage(
  platform: Platform,
  { user_code: code, verification_uri: uri }: DevicePrompt,
  action: "confirm" | "decline",
): Promise<string> {
  const { text } = await administrator(platform, { declines: action === "decline" }).visit(`${uri}?code=${code}`);
  return text;
}
