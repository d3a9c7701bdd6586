import { access, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { InvalidArgumentError } from "commander";
import { UsageError } from "../core/failure.ts";
import type { Terminal } from "../core/terminal.ts";
import type { CliCommand } from "./command.ts";

interface CreateOptions {
  readonly commonName: string;
  readonly days: number;
  readonly out: string;
  readonly name: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

export const certificate: CliCommand = {
  register(program, terminal) {
    const group = program
      .command("certificate")
      .summary("create certificates for applications")
      .description("Creates certificates for applications.");
    group
      .command("create")
      .summary("create a key and a self-signed certificate for an application")
      .description(
        "Creates an RSA-2048 key and a self-signed certificate: the same files as openssl genrsa, req and x509.",
      )
      .option("--common-name <name>", "the subject's common name", "latchkey daemon")
      .option("--days <number>", "how long it is valid", readDays, 365)
      .option("--out <folder>", "the folder for the files", ".")
      .option("--name <name>", "the files' name: <name>.key and <name>.crt", "server")
      .option("--force", "replace existing files")
      .option("--json", "print one JSON value")
      .addHelpText(
        "after",
        `
Upload the .crt file to the application (Certificates & secrets); keep the .key file secret.

Example:
  latchkey certificate create --out secrets --days 180`,
      )
      .action((options: CreateOptions) => create(options, terminal));
  },
};

async function create(options: CreateOptions, terminal: Terminal): Promise<void> {
  if (/[\\/]/.test(options.name)) {
    throw new UsageError(`--name is ${options.name}, which contains a folder.`, "Set the folder with --out.");
  }
  const keyFile = join(options.out, `${options.name}.key`);
  const certificateFile = join(options.out, `${options.name}.crt`);
  if (!options.force) {
    await requireAbsent([keyFile, certificateFile]);
  }
  await makeFolder(options.out);
  const { createSelfSignedCertificate } = await import("@latchkey/platform");
  const made = createSelfSignedCertificate({ commonName: options.commonName, days: options.days });
  await writeNew(keyFile, made.privateKey, 0o600);
  await writeNew(certificateFile, made.certificate, 0o644);
  const { thumbprint, thumbprintSha256 } = made;
  const notAfter = made.notAfter.toISOString();
  if (options.json) {
    terminal.out(JSON.stringify({ keyFile, certificateFile, thumbprint, thumbprintSha256, notAfter }));
    return;
  }
  terminal.out(`key                 ${keyFile} (keep it secret; only you can read it)`);
  terminal.out(`certificate         ${certificateFile} (upload it to the application)`);
  terminal.out(`thumbprint SHA-1    ${thumbprint}`);
  terminal.out(`thumbprint SHA-256  ${thumbprintSha256}`);
  terminal.out(`valid until         ${notAfter}`);
}

/**
 * One level only: Node's recursive mkdir never returns for folders in which it may not create one, such as those below
 * /proc.
 */
async function makeFolder(path: string): Promise<void> {
  await mkdir(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "EEXIST") {
      return;
    }
    throw new UsageError(
      `The folder ${path} cannot be created (${cause.code}).`,
      "Create it, or set another one with --out.",
      { cause },
    );
  });
}

/** Writes a new file instead of overwriting an existing one, so that it does not inherit the old file's permissions. */
async function writeNew(path: string, text: string, mode: number): Promise<void> {
  await rm(path, { force: true });
  await writeFile(path, text, { mode, flag: "wx" }).catch((cause: NodeJS.ErrnoException) => {
    throw new UsageError(
      `${path} cannot be written (${cause.code}).`,
      "Check the folder's permissions, or set another one with --out.",
      { cause },
    );
  });
}

async function requireAbsent(files: readonly string[]): Promise<void> {
  for (const file of files) {
    const exists = await access(file).then(
      () => true,
      () => false,
    );
    if (exists) {
      throw new UsageError(`${file} already exists.`, "Choose another --name or --out, or add --force to replace it.");
    }
  }
}

function readDays(text: string): number {
  const days = Number(text);
  if (Number.isInteger(days) && days >= 1 && days <= 3650) {
    return days;
  }
  throw new InvalidArgumentError("Use a whole number from 1 to 3650.");
}
