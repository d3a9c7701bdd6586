import { type FileHandle, open, rm } from "node:fs/promises";
import { UsageError } from "../core/failure.ts";
import type { Applying, NewSecret } from "./step.ts";

/** The file that new secrets are written to, each as soon as it is known. */
export interface SecretsFile {
  readonly keep: Applying["keepSecret"];
  /** Takes the file away when no secret came. */
  close(): Promise<void>;
}

interface ApplicationSecrets {
  readonly name: string;
  readonly clientId: string;
  readonly secrets: NewSecret[];
}

/** Makes the file, for this account only, before anything else is changed. Refuses one that is there. */
export async function openSecretsFile(path: string, tenantId: string): Promise<SecretsFile> {
  const file = await open(path, "wx", 0o600).catch((cause: NodeJS.ErrnoException) => {
    throw cause.code === "EEXIST"
      ? new UsageError(`${path} is there already.`, "Name another file, or remove this one first.", { cause })
      : new UsageError(`${path} cannot be written (${cause.code}).`, "Name a file in a folder that is there.", {
          cause,
        });
  });
  const applications: ApplicationSecrets[] = [];

  async function keep(name: string, clientId: string, secret: NewSecret): Promise<void> {
    const known = applications.find((application) => application.name === name);
    if (known === undefined) {
      applications.push({ name, clientId, secrets: [secret] });
    } else {
      known.secrets.push(secret);
    }
    await rewrite(file, `${JSON.stringify({ tenantId, applications }, null, 2)}\n`);
  }

  return {
    keep,
    async close() {
      await file.close();
      if (applications.length === 0) {
        await rm(path, { force: true });
      }
    },
  };
}

/** What is written grows only: until the new text is there, the old one is. */
async function rewrite(file: FileHandle, text: string): Promise<void> {
  await file.write(text, 0, "utf8");
  await file.sync();
}
