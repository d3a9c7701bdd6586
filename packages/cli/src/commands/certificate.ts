import { access, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { InvalidArgumentError } from "commander";
import type { CliCommand } from "../commands.ts";
import { UsageError } from "../failure.ts";
import type { Terminal } from "../terminal.ts";

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
    const group = program.command("certificate").description("Make certificates for applications.");
    group
      .command("create")
      .summary("make a key and a self-signed certificate for an application")
      .description(
        "Makes an RSA-2048 key and a self-signed certificate: the same files as openssl genrsa, req and x509 make.",
      )
      .option("--common-name <name>", "the subject's common name", "latchkey daemon")
      .option("--days <number>", "how long it is valid", readDays, 365)
      .option("--out <folder>", "where the files go", ".")
      .option("--name <name>", "the files' name: <name>.key and <name>.crt", "server")
      .option("--force", "replace files that are there")
      .option("--json", "print one JSON value")
      .addHelpText(
        "after",
        `
Upload the .crt file to the application (Certificates & secrets); keep the .key file to yourself.

Example:
  latchkey certificate create --out secrets --days 180`,
      )
      .action((options: CreateOptions) => create(options, terminal));
  },
};

async function create(options: CreateOptions, terminal: Terminal): Promise<void> {
  const keyFile = join(options.out, `${options.name}.key`);
  const certificateFile = join(options.out, `${options.name}.crt`);
  if (!options.force) await requireAbsent([keyFile, certificateFile]);
  const { createSelfSignedCertificate } = await import("@latchkey/platform");
  const made = createSelfSignedCertificate({ commonName: options.commonName, days: options.days });
  await mkdir(options.out, { recursive: true });
  const flag = options.force ? "w" : "wx";
  await writeFile(keyFile, made.privateKey, { mode: 0o600, flag });
  await writeFile(certificateFile, made.certificate, { mode: 0o644, flag });
  const { thumbprint, thumbprintSha256 } = made;
  const notAfter = made.notAfter.toISOString();
  if (options.json) {
    terminal.out(JSON.stringify({ keyFile, certificateFile, thumbprint, thumbprintSha256, notAfter }));
    return;
  }
  terminal.out(`key                 ${keyFile} (keep it; only you can read it)`);
  terminal.out(`certificate         ${certificateFile} (upload it to the application)`);
  terminal.out(`thumbprint SHA-1    ${thumbprint}`);
  terminal.out(`thumbprint SHA-256  ${thumbprintSha256}`);
  terminal.out(`valid until         ${notAfter}`);
}

async function requireAbsent(files: readonly string[]): Promise<void> {
  for (const file of files) {
    const exists = await access(file).then(
      () => true,
      () => false,
    );
    if (exists)
      throw new UsageError(
        `${file} is there already.`,
        "Choose another --name or --out, or add --force to replace it.",
      );
  }
}

function readDays(text: string): number {
  const days = Number(text);
  if (Number.isInteger(days) && days >= 1 && days <= 3650) return days;
  throw new InvalidArgumentError("Give a whole number from 1 to 3650.");
}
