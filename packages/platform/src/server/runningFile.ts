import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { azureCliAppId } from "../directory/wellKnown.ts";
import { authorityCertificateFileName } from "../tls/devCertificate.ts";
import type { Platform } from "./platform.ts";

/** How another program of this account finds a running platform and signs in as its administrator. */
export interface RunningPlatform {
  readonly url: string;
  readonly tenant: Platform["tenant"];
  /** Who tokens say that they are from: under `url`, or under Microsoft's name, which `url` answers for. */
  readonly authority: string;
  /** The certificate (PEM) to trust. */
  readonly caFile: string;
  /** A client that is in every tenant and needs no secret: the administrator signs in to it. */
  readonly publicClientId: string;
  /** The control API. */
  readonly control: { readonly url: string; readonly token: string };
}

const fileName = "running.json";

/** Leaves `running.json` in the data directory, for this account only. The result takes it away again. */
export function announceRunning(
  dataDirectory: string,
  certificateDirectory: string,
  issuer: string,
  { url, tenant, controlToken }: Pick<Platform, "url" | "tenant" | "controlToken">,
): () => void {
  const running: RunningPlatform = {
    url,
    tenant,
    authority: `${issuer}/${tenant.id}`,
    caFile: join(certificateDirectory, authorityCertificateFileName),
    publicClientId: azureCliAppId,
    control: { url: `${url}/_latchkey`, token: controlToken },
  };
  const text = `${JSON.stringify(running, null, 2)}\n`;
  const file = join(dataDirectory, fileName);
  const unfinished = `${file}.${process.pid}.new`;
  // A file that a killed platform left must not lend the new one its permissions.
  rmSync(unfinished, { force: true });
  writeFileSync(unfinished, text, { mode: 0o600, flag: "wx" });
  renameSync(unfinished, file);
  return () => {
    // Another platform may have started on the same data since.
    if (readText(file) === text) {
      rmSync(file, { force: true });
    }
  };
}

/** The platform that runs on the data directory, as far as it says so; `undefined` when none does. */
export function findRunningPlatform(dataDirectory: string): RunningPlatform | undefined {
  const text = readText(join(dataDirectory, fileName));
  return text === undefined ? undefined : (JSON.parse(text) as RunningPlatform);
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
