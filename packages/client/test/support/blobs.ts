import { readFileSync } from "node:fs";
import type { Account } from "@latchkey/client";
import { clientId, type Daemon, makeDaemon, tenantId } from "./daemon.ts";
import { testStart } from "./manualClock.ts";
import { homeAccountId, makeTool, type Tool } from "./tool.ts";

export type Entry = Record<string, unknown>;
/** A parsed blob. */
export type Blob = Record<
  "Account" | "IdToken" | "AccessToken" | "RefreshToken" | "AppMetadata",
  Record<string, Entry>
>;

/** Blobs of other libraries, for the tests' application with an app token and its signed-in user. */
export const goldenBlobs = ["msalNode2", "msalNode7", "msalPython", "msalJava", "msalGo", "msalNet"] as const;

/** The text of a golden file. */
export function goldenBlob(name: (typeof goldenBlobs)[number]): string {
  return readFileSync(new URL(`../tokenCache/serialization/blobs/${name}.json`, import.meta.url), "utf8");
}

/** A golden file with changes. */
export function changedBlob(change: (blob: Blob) => unknown, name: (typeof goldenBlobs)[number] = "msalNode7"): string {
  const blob = parseBlob(goldenBlob(name));
  change(blob);
  return JSON.stringify(blob);
}

export function parseBlob(text: string): Blob {
  return JSON.parse(text) as Blob;
}

/** All entries of a section. */
export function entriesOf(text: string, section: keyof Blob): Entry[] {
  return Object.values(parseBlob(text)[section]);
}

/** The entry of a section with this secret. */
export function entryOf(text: string, section: keyof Blob, secret: string): Entry | undefined {
  return entriesOf(text, section).find((entry) => entry["secret"] === secret);
}

/** An app token as MSAL Node writes it, with `changes`. */
export function appTokenEntry(changes: Entry = {}): Entry {
  return {
    home_account_id: "",
    environment: "login.windows.net",
    credential_type: "AccessToken",
    client_id: clientId,
    secret: "other-token",
    realm: tenantId,
    target: "https://graph.microsoft.com/.default",
    cached_at: seconds(0),
    expires_on: seconds(3_600),
    token_type: "Bearer",
    ...changes,
  };
}

/** A user's token as MSAL Node writes it. */
export function userTokenEntry(changes: Entry = {}): Entry {
  return appTokenEntry({ home_account_id: homeAccountId, target: "User.Read openid profile email", ...changes });
}

/** This many seconds after the tests' start, in the format of entries. */
export function seconds(after: number): string {
  return String(testStart / 1_000 + after);
}

/** A daemon that has read a blob. */
export function daemonWith(text: string, options: Parameters<typeof makeDaemon>[1] = {}): Daemon {
  const daemon = makeDaemon(undefined, options);
  daemon.app.tokenCache.deserialize(text);
  return daemon;
}

/** A tool that has read a blob, and the first account in it. */
export async function toolWith(
  text: string,
  options: Parameters<typeof makeTool>[1] = {},
): Promise<Tool & { readonly account: Account }> {
  const tool = makeTool(undefined, options);
  tool.app.tokenCache.deserialize(text);
  const [account] = await tool.app.tokenCache.getAllAccounts();
  return { ...tool, account: account as Account };
}

/** A blob with one app token added or replaced. */
export function withAppToken(entry: Entry, { instead = false } = {}): string {
  return changedBlob((blob) => {
    if (instead) {
      blob.AccessToken = {};
    }
    blob.AccessToken["other"] = entry;
  });
}
