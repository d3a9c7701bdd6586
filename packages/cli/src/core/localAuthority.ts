import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { NetworkError } from "@latchkey/client";

/** The local platform's own certificate authority. */
export interface LocalAuthority {
  readonly file: string;
  /** Absent where there is no such file. */
  readonly pem: string | undefined;
}

/** It is trusted for a loopback address, and for nothing else. */
export async function localAuthority(address: string, dataFolder: string): Promise<LocalAuthority | undefined> {
  const host = URL.canParse(address) ? new URL(address).hostname : "";
  if (host !== "localhost" && host !== "[::1]" && !/^127\./.test(host)) {
    return undefined;
  }
  const file = join(dataFolder, "ca-certificate.pem");
  const pem = await readFile(file, "utf8").catch(() => undefined);
  return { file, pem };
}

/** As a list of certificates to trust. */
export function certificatesOf(authority: LocalAuthority | undefined): string[] {
  return authority?.pem === undefined ? [] : [authority.pem];
}

/** The error of a server that the authority does not vouch for, with the file that was looked for; any other as it is. */
export function withAuthorityFile(error: unknown, { file, pem }: LocalAuthority): unknown {
  if (!(error instanceof NetworkError) || !isUntrusted(error)) {
    return error;
  }
  const { message, code, correlationId, retryable } = error;
  const state = pem === undefined ? "there is no such file" : "is not its own";
  const remedy = `Name the data folder of the platform that answers there with --data-dir: the certificate authority in ${file} is trusted, and ${state}.`;
  return new NetworkError(message, { code, remedy, correlationId, retryable, cause: error });
}

function isUntrusted(error: Error): boolean {
  const { code } = error as NodeJS.ErrnoException;
  if (/^(UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_SIGNATURE_)/.test(code ?? "")) {
    return true;
  }
  return error.cause instanceof Error && isUntrusted(error.cause);
}
