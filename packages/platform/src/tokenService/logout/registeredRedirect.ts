import { getApplication } from "../../directory/applications/applications.ts";
import { registeredRedirect } from "../../directory/applications/redirectUris.ts";
import type { PlatformContext } from "../../server/platformContext.ts";
import { textColumn } from "../../storage/database.ts";

/** The URI as a URL when some application has it registered: a sign-out names no application. */
export function registeredAnywhere({ directory }: PlatformContext, requested: string): URL | undefined {
  const host = URL.parse(requested)?.hostname;
  if (host === undefined || host === "") {
    return undefined;
  }
  // A first narrowing by text; the rules for redirect URIs decide.
  const rows = directory.database.all("SELECT id FROM application WHERE instr(document, ?) > 0 ORDER BY rowid", host);
  for (const row of rows) {
    const application = getApplication(directory, textColumn(row, "id"));
    const found = application === undefined ? undefined : registeredRedirect(application, requested);
    if (found !== undefined) {
      return new URL(found.url);
    }
  }
  return undefined;
}
