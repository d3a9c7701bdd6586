import { access, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Platform } from "@latchkey/platform";
import { UsageError } from "../../core/failure.ts";

/** Refuses an existing file, which may contain a secret. */
export async function requireNewFile(path: string): Promise<void> {
  const exists = await access(path).then(
    () => true,
    () => false,
  );
  if (exists) {
    throw new UsageError(`${path} already exists.`, "Use another name, or remove this file first.");
  }
}

/** Registers a daemon that may read the directory's users, and writes the parameters file for `latchkey run`. */
export async function writeDaemon(
  { directory }: Platform,
  addresses: { readonly authority: string; readonly graph: string },
  path: string,
): Promise<void> {
  const { appId } = directory.registerApplication({
    displayName: "Daemon of latchkey platform",
    requiredResourceAccess: [{ name: "Microsoft Graph", permissions: ["User.Read.All"] }],
  });
  const { secretText } = directory.addPassword(appId);
  directory.grantAdminConsent(appId);
  const parameters = {
    authority: addresses.authority,
    client_id: appId,
    scope: ["https://graph.microsoft.com/.default"],
    secret: secretText,
    endpoint: `${addresses.graph}/users`,
  };
  const text = `${JSON.stringify(parameters, null, 2)}\n`;
  await writeFile(resolve(path), text, { mode: 0o600, flag: "wx" }).catch((cause: NodeJS.ErrnoException) => {
    throw new UsageError(`${path} cannot be written (${cause.code}).`, "Use an existing folder.", {
      cause,
    });
  });
}
