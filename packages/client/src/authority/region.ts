import type { Fetch } from "../api/fetch.ts";
import { ConfigurationError } from "../errors/errors.ts";
import { environmentVariable } from "../runtime/environment.ts";
import { parseObject } from "../runtime/json.ts";
import type { Logger } from "../runtime/logger.ts";
import { type HttpClient, send } from "../transport/http.ts";
import type { Authority } from "./authority.ts";
import { regionalHostOf } from "./clouds.ts";

/** What a look for the region takes from the application. */
export interface RegionContext {
  /** The name of a region, `auto`, or `undefined` for the global token service. */
  readonly azureRegion: string | undefined;
  readonly http: HttpClient;
  readonly logger: Logger | undefined;
}

/** A region becomes part of a host name: nothing else may be in it. */
const regionName = /^[a-z0-9]{1,40}$/;
const instanceMetadata = "http://169.254.169.254/metadata/instance/compute?api-version=2021-02-01";
/** Outside Azure nobody answers, and the first token must not wait for that. */
const detectionTimeoutMs = 2_000;
/** Where no region was found one is looked for again after so long, behind the backs of those who ask. */
const retryDetectionMs = 3_600_000;

interface Detection {
  readonly startedAtMs: number;
  /** Fulfilled when it is over. */
  readonly finished: Promise<void>;
  /** The region, or empty where none was found; until it is over, what the one before came to. */
  found: string | undefined;
}

/** A process stays in its region, whichever application asks: what was found, by the way to the network that was taken. */
const detections = new WeakMap<Fetch, Detection>();

/**
 * Checks the option that names a region.
 *
 * @throws {@link ConfigurationError} when the option can name no region, or the authority's service has none
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
    throw new ConfigurationError(`azureRegion is "${azureRegion}", and the authority ${url} has no regions.`, {
      code: "invalid_options",
      remedy:
        "Leave azureRegion out, or use the authority of a Microsoft cloud, https://login.microsoftonline.com/{tenant}.",
    });
  }
}

/**
 * The authority of the application's region, or `authority` itself where no region is set or found. `auto` looks for the
 * region once a process: in `REGION_NAME`, then with the instance metadata service.
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

/** The same authority as a region's token service knows it; what it issues is the same, and cached in one place. */
function inRegion(authority: Authority, region: string): Authority {
  const host = `${region}.${regionalHostOf(authority.host)}`;
  const url = authority.url.replace(authority.host, host);
  return { ...authority, url, host, endpoints: { base: `${url}/oauth2/v2.0` } };
}

/** What the process knows of its region; asks for it where nobody has. */
async function findRegion(
  http: HttpClient,
  logger: Logger | undefined,
  correlationId: string,
): Promise<string | undefined> {
  const { fetch, clock } = http;
  const startedAtMs = clock.now();
  let detection = detections.get(fetch);
  if (!detection || (detection.found === "" && startedAtMs - detection.startedAtMs > retryDetectionMs)) {
    // Nobody's abort may be everybody's answer: the question goes on without its first caller.
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
  // Workers: where the request that asked has ended, somebody else asks.
  if (detection.found === undefined) {
    await detection.finished.catch(() => detections.delete(fetch));
  }
  return detection.found || undefined;
}

/** The region's name; empty where nobody knows it. */
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
  // Some write "West Europe".
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
