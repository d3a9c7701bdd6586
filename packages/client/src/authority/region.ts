import { ConfigurationError } from "../errors.ts";
import { environmentVariable } from "../runtime/environment.ts";
import { type Call, getJson, type HttpClient } from "../transport/http.ts";
import type { Authority } from "./authority.ts";
import { cloudOf } from "./clouds.ts";

/** Tells the Azure region that app tokens are asked for in; `undefined` for the global service. */
export type RegionSource = (call: Call) => Promise<string | undefined>;

/** A region becomes part of a host name: nothing else may be in it. */
const regionName = /^[a-z0-9]{1,40}$/;
const instanceMetadata = "http://169.254.169.254/metadata/instance/compute?api-version=2021-02-01&format=json";
/** Outside Azure nobody answers, and the first token must not wait for that. */
const detectionTimeoutMs = 2_000;

/**
 * The region that the application's option names; `auto` looks for it, once: in `REGION_NAME`, then with the instance
 * metadata service. Where neither knows, the global service is used.
 *
 * @throws {@link ConfigurationError} when the option can name no region
 * @see https://learn.microsoft.com/azure/virtual-machines/instance-metadata-service
 */
export function regionSource(azureRegion: string | undefined, http: HttpClient): RegionSource {
  if (azureRegion === undefined) return async () => undefined;
  if (azureRegion !== "auto") {
    const region = azureRegion.toLowerCase();
    if (!regionName.test(region)) {
      throw new ConfigurationError(`azureRegion is ${JSON.stringify(azureRegion)}: not the name of a region.`, {
        code: "invalid_options",
        remedy: 'Set azureRegion to a name such as "westeurope", to "auto", or leave it out.',
      });
    }
    return async () => region;
  }
  let detected: Promise<string | undefined> | undefined;
  return () => {
    // Nobody's abort may be everybody's answer: the question goes on without its first caller.
    detected ??= detectRegion(http);
    return detected;
  };
}

/** The host of a region's token service. @see https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud */
export function regionalUrl({ url, host }: Authority, region: string): string {
  const regional = cloudOf(host)?.network === "login.microsoftonline.com" ? "login.microsoft.com" : host;
  return url.replace(/\/\/[^/]+/, `//${region}.${regional}`);
}

async function detectRegion(http: HttpClient): Promise<string | undefined> {
  const named = environmentVariable("REGION_NAME")?.replaceAll(" ", "").toLowerCase();
  if (named !== undefined && regionName.test(named)) return named;
  try {
    const quick = { ...http, requestTimeoutMs: Math.min(http.requestTimeoutMs, detectionTimeoutMs) };
    const { body } = await getJson(quick, instanceMetadata, {}, { metadata: "true" });
    const { location } = body;
    return typeof location === "string" && regionName.test(location.toLowerCase()) ? location.toLowerCase() : undefined;
  } catch {
    return undefined;
  }
}
