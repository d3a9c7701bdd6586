import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { NetworkError } from "@latchkey/client";

/** The local platform's own certificate authority. */
export interface LocalAuthority {
  readonly file: string;
  /** Absent if the file does not exist. */
  readonly pem: string | undefined;
}

/** Returns the authority if the address is a loopback one; it is trusted for nothing else. */
export async function localAuthority(address: string, dataFolder: string): Promise<LocalAuthority | undefined> {
  const host = URL.canParse(address) ? new URL(address).hostname : "";
  if (host !== "localhost" && host !== "[::1]" && !/^127\./.test(host)) {
    return undefined;
  }
  const file = join(dataFolder, "ca-certificate.pem");
  const pem = await readFile(file, "utf8").catch(() => undefined);
  return { file, pem };
}

/** Returns the list of certificates to trust. */
export function certificatesOf(authority: LocalAuthority | undefined): string[] {
  return authority?.pem === undefined ? [] : [authority.pem];
}

/**
 * For a server whose certificate the authority did not issue, returns an error that names the file; returns other
 * errors unchanged.
 */
export function withAuthorityFile(error: unknown, { file, pem }: LocalAuthority): unknown {
  if (!(error instanceof NetworkError) || !isUntrusted(error)) {
    return error;
  }
  const { message, code, correlationId, retryable } = error;
  const state = pem === undefined ? "this file does not exist" : "it did not issue the certificate";
  const remedy = `Set --data-dir to the data folder of the platform at that address: the certificate authority in ${file} is trusted, but ${state}.`;
  return new NetworkError(message, { code, remedy, correlationId, retryable, cause: error });
}

function isUntrusted(error: Error): boolean {
  const { code } = error as NodeJS.ErrnoException;
  if (/^(UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_SIGNATURE_)/.test(code ?? "")) {
    return true;
  }
  return error.cause instanceof Error && isUntrusted(error.cause);
}
