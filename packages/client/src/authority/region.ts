import type { Fetch } from "../api/fetch.ts";
import { ConfigurationError } from "../errors/errors.ts";
import { environmentVariable } from "../runtime/environment.ts";
import { parseObject } from "../runtime/json.ts";
import type { Logger } from "../runtime/logger.ts";
import { type HttpClient, send } from "../transport/http.ts";
import type { Authority } from "./authority.ts";
import { regionalHostOf } from "./clouds.ts";

/** What region detection needs from the application. */
export interface RegionContext {
  /** The name of a region, `auto`, or `undefined` for the global token service. */
  readonly azureRegion: string | undefined;
  readonly http: HttpClient;
  readonly logger: Logger | undefined;
}

/** A region becomes part of a host name: nothing else is allowed in it. */
const regionName = /^[a-z0-9]{1,40}$/;
const instanceMetadata = "http://169.254.169.254/metadata/instance/compute?api-version=2021-02-01";
/** Outside Azure there is no response, and the first token must not wait for one. */
const detectionTimeoutMs = 2_000;
/** After a failed detection, another one runs in the background after this delay. */
const retryDetectionMs = 3_600_000;

interface Detection {
  readonly startedAtMs: number;
  /** Resolves when the detection is finished. */
  readonly finished: Promise<void>;
  /** The region, or empty if none was found; while the detection runs, the result of the previous one. */
  found: string | undefined;
}

/** Detections by `fetch`: a process stays in its region, whichever application asks. */
const detections = new WeakMap<Fetch, Detection>();

/**
 * Validates the option that names a region.
 *
 * @throws {@link ConfigurationError} when the option cannot name a region, or the authority's service has none
 */
export function requireRegion(azureRegion: string | undefined, { kind, url, host }: Authority): void {
  if (azureRegion === undefined) {
    return;
  }
  if (!regionName.test(azureRegion)) {
    throw new ConfigurationError(`azureRegion is ${JSON.stringify(azureRegion)}: not the name of a region.`, {
      code: "invalid_options",
      remedy: 'Set azureRegion to a name such as "westeurope", to "auto", or leave it out.',
    });
  }
  if (kind !== "entra" || regionalHostOf(host) === undefined) {
    throw new ConfigurationError(`azureRegion is "${azureRegion}", but the authority ${url} has no regions.`, {
      code: "invalid_options",
      remedy:
        "Leave azureRegion out, or use the authority of a Microsoft cloud, https://login.microsoftonline.com/{tenant}.",
    });
  }
}

/**
 * The authority of the application's region, or `authority` itself if no region is set or found. `auto` detects the
 * region once per process: from `REGION_NAME`, then from the instance metadata service.
 *
 * @see https://learn.microsoft.com/azure/virtual-machines/instance-metadata-service
 */
export async function regionalAuthority(
  { azureRegion, http, logger }: RegionContext,
  authority: Authority,
  { correlationId }: { readonly correlationId: string },
): Promise<Authority> {
  const region = azureRegion === "auto" ? await findRegion(http, logger, correlationId) : azureRegion;
  return region === undefined ? authority : inRegion(authority, region);
}

/** The same authority at a region's token service; its tokens are the same, and cached in one place. */
function inRegion(authority: Authority, region: string): Authority {
  const host = `${region}.${regionalHostOf(authority.host)}`;
  const url = authority.url.replace(authority.host, host);
  return { ...authority, url, host, endpoints: { base: `${url}/oauth2/v2.0` } };
}

/** The process's region, detected on first use. */
async function findRegion(
  http: HttpClient,
  logger: Logger | undefined,
  correlationId: string,
): Promise<string | undefined> {
  const { fetch, clock } = http;
  const startedAtMs = clock.now();
  let detection = detections.get(fetch);
  if (!detection || (detection.found === "" && startedAtMs - detection.startedAtMs > retryDetectionMs)) {
    // The detection continues without its first caller, whose abort must not affect others.
    const started: Detection = {
      startedAtMs,
      finished: detectRegion(http, logger, correlationId).then((region) => {
        started.found = region;
      }),
      found: detection?.found,
    };
    detections.set(fetch, started);
    detection = started;
  }
  // Workers: if the request that started the detection has ended, the next caller starts another.
  if (detection.found === undefined) {
    await detection.finished.catch(() => detections.delete(fetch));
  }
  return detection.found || undefined;
}

/** The region's name; empty if it cannot be detected. */
async function detectRegion(http: HttpClient, logger: Logger | undefined, correlationId: string): Promise<string> {
  try {
    const region = regionFromEnvironment() ?? (await requestRegion(http, correlationId));
    logger?.info({ correlationId, region }, "the Azure region was detected");
    return region;
  } catch (error) {
    const reason = error instanceof Error ? error.message : typeof error;
    logger?.warn({ correlationId, reason }, "no Azure region could be detected; tokens come from the global service");
    return "";
  }
}

function regionFromEnvironment(): string | undefined {
  // Some environments contain "West Europe".
  const name = environmentVariable("REGION_NAME")?.replaceAll(" ", "").toLowerCase();
  return name !== undefined && regionName.test(name) ? name : undefined;
}

async function requestRegion(http: HttpClient, correlationId: string): Promise<string> {
  const shortHttp = { ...http, requestTimeoutMs: Math.min(http.requestTimeoutMs, detectionTimeoutMs) };
  const headers = { metadata: "true", accept: "application/json" };
  const { status, text } = await send(shortHttp, instanceMetadata, { headers }, { correlationId, isDetached: true });
  const location = status === 200 ? parseObject(text)?.["location"] : undefined;
  const region = typeof location === "string" ? location.toLowerCase() : "";
  if (!regionName.test(region)) {
    throw new Error(`The instance metadata service answered ${status} without a region.`);
  }
  return region;
}
