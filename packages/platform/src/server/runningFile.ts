import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { azureCliAppId } from "../directory/wellKnown.ts";
import { authorityCertificateFileName } from "../tls/devCertificate.ts";
import type { Platform } from "./platform.ts";

/** How another program of this account finds a running platform and signs in as its administrator. */
export interface RunningPlatform {
  readonly url: string;
  readonly tenant: Platform["tenant"];
  /** The issuer of tokens: under `url`, or under Microsoft's name, which `url` answers for. */
  readonly authority: string;
  /** The certificates to trust (PEM). */
  readonly caFile: string;
  /** A client that exists in every tenant and needs no secret; the administrator signs in to it. */
  readonly publicClientId: string;
  /** The control API. */
  readonly control: { readonly url: string; readonly token: string };
}

const fileName = "running.json";

/** Writes `running.json` to the data directory, readable by this account only. Returns a function that removes it. */
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
  // The new file must not inherit the permissions of one that a killed platform left.
  rmSync(unfinished, { force: true });
  writeFileSync(unfinished, text, { mode: 0o600, flag: "wx" });
  renameSync(unfinished, file);
  return () => {
    // Another platform may have started on the same data in the meantime.
    if (readText(file) === text) {
      rmSync(file, { force: true });
    }
  };
}

/** The platform that is running on the data directory according to its file; `undefined` if there is none. */
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
