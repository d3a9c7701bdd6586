import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
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

/** The file of one platform: `running-{process id}-{port}.json`. */
const filePattern = /^running-(\d+)-\d+\.json$/;

/**
 * Writes the platform's own file to the data directory, readable by this account only, and removes those of processes
 * that have ended. Returns a function that removes the file.
 */
export function announceRunning(
  dataDirectory: string,
  certificateDirectory: string,
  issuer: string,
  { url, tenant, controlToken }: Pick<Platform, "url" | "tenant" | "controlToken">,
): () => void {
  for (const { file, processId } of listFiles(dataDirectory)) {
    if (!isRunning(processId)) {
      rmSync(file, { force: true });
    }
  }
  const running: RunningPlatform = {
    url,
    tenant,
    authority: `${issuer}/${tenant.id}`,
    caFile: join(certificateDirectory, authorityCertificateFileName),
    publicClientId: azureCliAppId,
    control: { url: `${url}/_latchkey`, token: controlToken },
  };
  const { port } = new URL(url);
  const file = join(dataDirectory, `running-${process.pid}-${port || 443}.json`);
  const unfinished = `${file}.new`;
  // The new file must not inherit the permissions of one that a killed platform left.
  rmSync(unfinished, { force: true });
  writeFileSync(unfinished, `${JSON.stringify(running, null, 2)}\n`, { mode: 0o600, flag: "wx" });
  renameSync(unfinished, file);
  return () => rmSync(file, { force: true });
}

/**
 * The platform that is running on the data directory, the one that started first if there are several; `undefined` if
 * there is none. The file of a process that has ended does not count.
 */
export function findRunningPlatform(dataDirectory: string): RunningPlatform | undefined {
  return listFiles(dataDirectory)
    .filter(({ processId }) => isRunning(processId))
    .flatMap(({ file }) => readRunning(file) ?? [])
    .sort((a, b) => a.writtenMs - b.writtenMs)[0]?.running;
}

function listFiles(dataDirectory: string): readonly { readonly file: string; readonly processId: number }[] {
  return namesIn(dataDirectory).flatMap((name) => {
    const [, processId] = filePattern.exec(name) ?? [];
    return processId === undefined ? [] : [{ file: join(dataDirectory, name), processId: Number(processId) }];
  });
}

/** A folder that does not exist, or is a file, has none: whoever writes to it reports that. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Whether this account has such a process. */
function isRunning(processId: number): boolean {
  try {
    return process.kill(processId, 0);
  } catch {
    return false;
  }
}

/** What a file says and when it was written; `undefined` if it has just been removed, or is damaged. */
function readRunning(file: string): { readonly running: RunningPlatform; readonly writtenMs: number } | undefined {
  try {
    return { running: JSON.parse(readFileSync(file, "utf8")) as RunningPlatform, writtenMs: statSync(file).mtimeMs };
  } catch {
    return undefined;
  }
}
