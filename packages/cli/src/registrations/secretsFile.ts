import { type FileHandle, open, rm } from "node:fs/promises";
import { UsageError } from "../core/failure.ts";
import type { NewSecret, StepContext } from "./step.ts";

/** The file to which each new secret is written as soon as it is known. */
export interface SecretsFile {
  readonly store: StepContext["storeSecret"];
  /** Closes the file, and deletes it if no secret was written. */
  close(): Promise<void>;
}

interface ApplicationSecrets {
  readonly name: string;
  readonly clientId: string;
  readonly secrets: NewSecret[];
}

/** Creates the file, readable only by this account, before anything else is changed. Refuses an existing file. */
export async function openSecretsFile(path: string, tenantId: string): Promise<SecretsFile> {
  const file = await open(path, "wx", 0o600).catch((cause: NodeJS.ErrnoException) => {
    throw cause.code === "EEXIST"
      ? new UsageError(`${path} already exists.`, "Use another name, or remove this file first.", { cause })
      : new UsageError(`${path} cannot be written (${cause.code}).`, "Use an existing folder.", {
          cause,
        });
  });
  const applications: ApplicationSecrets[] = [];

  async function store(name: string, clientId: string, secret: NewSecret): Promise<void> {
    const known = applications.find((application) => application.name === name);
    if (known === undefined) {
      applications.push({ name, clientId, secrets: [secret] });
    } else {
      known.secrets.push(secret);
    }
    await rewrite(file, `${JSON.stringify({ tenantId, applications }, null, 2)}\n`);
  }

  return {
    store,
    async close() {
      await file.close();
      if (applications.length === 0) {
        await rm(path, { force: true });
      }
    },
  };
}

/** The text only grows, so the old text stays intact until the new one is written. */
async function rewrite(file: FileHandle, text: string): Promise<void> {
  await file.write(text, 0, "utf8");
  await file.sync();
}
