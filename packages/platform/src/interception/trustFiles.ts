import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getCACertificates } from "node:tls";
import { javaTrustStore } from "./javaTrustStore.ts";

/** Files for environment variables of other programs. They contain only certificates, no keys. */
export interface TrustFiles {
  readonly folder: string;
  /** PEM: the platform's authorities, and the ones that this process trusts in addition to the system's. */
  readonly additional: string;
  /** PEM: those and the system's, for programs whose variable replaces the system's. */
  readonly bundle: string;
  /** PKCS#12, with the same certificates as `bundle`. */
  readonly javaTrustStore: string;
  remove(): void;
}

/** Writes the files into a new folder that only this account can read. */
export function writeTrustFiles(authorities: readonly string[]): TrustFiles {
  const additional = [...authorities, ...getCACertificates("extra")];
  const bundle = [...new Set([...additional, ...systemCertificates()])];
  const folder = mkdtempSync(join(tmpdir(), "latchkey-"));
  const write = (name: string, contents: string | Uint8Array): string => {
    const path = join(folder, name);
    writeFileSync(path, contents, { mode: 0o600 });
    return path;
  };
  return {
    folder,
    additional: write("authorities.pem", joinCertificates(additional)),
    bundle: write("bundle.pem", joinCertificates(bundle)),
    javaTrustStore: write("trust.p12", javaTrustStore(bundle.map(derOf))),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Container images may have no system certificates; Node's are used then. */
function systemCertificates(): readonly string[] {
  const system = getCACertificates("system");
  return system.length > 0 ? system : getCACertificates("bundled");
}

function joinCertificates(certificates: readonly string[]): string {
  return certificates.map((certificate) => `${certificate.trim()}\n`).join("");
}

function derOf(certificate: string): Uint8Array {
  return Buffer.from(certificate.replace(/-----[^-]+-----/g, ""), "base64");
}
