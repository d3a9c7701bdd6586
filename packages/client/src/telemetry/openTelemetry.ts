import {
  type Attributes,
  type MeterProvider,
  metrics,
  type Span,
  SpanStatusCode,
  type TracerProvider,
  trace,
} from "@opentelemetry/api";
import type { AuthenticationResult } from "../api/authenticationResult.ts";
import { requireOptionNames } from "../api/checks/optionNames.ts";
import type { Telemetry, TelemetryCounts, WatchedAcquisition } from "../api/telemetry.ts";
import { type AuthError, errorName, isAuthError, isErrorLike } from "../errors/errors.ts";

/** The options of {@link openTelemetry}. */
export interface OpenTelemetryOptions {
  /** Default: the globally registered one. */
  readonly meterProvider?: MeterProvider | undefined;
  /** Default: the globally registered one. */
  readonly tracerProvider?: TracerProvider | undefined;
}

const scope = "@latchkey/client";

/** The observable counters, and what each counts, by attribute if it has one. */
const observed: readonly {
  readonly name: string;
  readonly unit: string;
  readonly description: string;
  readonly counts: Readonly<Partial<Record<keyof TelemetryCounts, Attributes>>>;
}[] = [
  {
    name: "latchkey.cache.lookups",
    unit: "{lookup}",
    description: "Calls that looked into the token cache, by whether a cached token was found.",
    counts: { hits: { "latchkey.cache.outcome": "hit" }, misses: { "latchkey.cache.outcome": "miss" } },
  },
  {
    name: "latchkey.cache.refreshes",
    unit: "{refresh}",
    description: "Background refreshes that were started.",
    counts: { refreshesStarted: {} },
  },
  {
    name: "latchkey.cache.refresh_failures",
    unit: "{refresh}",
    description: "Background refreshes that failed.",
    counts: { refreshesFailed: {} },
  },
  {
    name: "latchkey.cache.plugin_failures",
    unit: "{failure}",
    description: "Failures of the cache plugin.",
    counts: { pluginFailures: {} },
  },
];

/**
 * Metrics and spans for OpenTelemetry. Create one per program, and pass it to its applications.
 *
 * `latchkey.acquisition.duration` is a histogram (in seconds) of the acquisitions not served from the cache, each with
 * a span. Attributes: `latchkey.flow`, `latchkey.refresh_reason`, `server.address` and, for failures, the error's code
 * as `error.type` and its number as `latchkey.aadsts`. The counters are `latchkey.cache.lookups`, `.refreshes`,
 * `.refresh_failures` and `.plugin_failures`. Cache hits are counted at no extra cost.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/general/recording-errors/
 * @example
 * ```ts
 * import { ConfidentialClientApplication, clientSecret } from "@latchkey/client";
 * import { openTelemetry } from "@latchkey/client/opentelemetry";
 *
 * const app = new ConfidentialClientApplication({
 *   clientId: "11111111-2222-3333-4444-555555555555",
 *   authority: "https://login.microsoftonline.com/contoso.onmicrosoft.com",
 *   clientCredential: clientSecret("the secret's value"),
 *   telemetry: openTelemetry(),
 * });
 * ```
 */
export function openTelemetry(options: OpenTelemetryOptions = {}): Telemetry {
  requireOptionNames("openTelemetry", options, "meterProvider:getMeter tracerProvider:getTracer");
  const { meterProvider = metrics.getMeterProvider(), tracerProvider = trace.getTracerProvider() } = options;
  const meter = meterProvider.getMeter(scope);
  const tracer = tracerProvider.getTracer(scope);
  const durations = meter.createHistogram("latchkey.acquisition.duration", {
    unit: "s",
    description: "The duration of acquisitions that were not served from the cache.",
    advice: { explicitBucketBoundaries: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] },
  });
  // Applications may share a client id: their counts are added up.
  const applications = new Map<string, TelemetryCounts[]>();
  for (const { name, unit, description, counts } of observed) {
    meter.createObservableCounter(name, { unit, description }).addCallback((result) => {
      for (const [clientId, all] of applications) {
        for (const [count, attributes] of Object.entries(counts)) {
          const total = all.reduce((sum, own) => sum + own[count as keyof TelemetryCounts], 0);
          result.observe(total, { "latchkey.client_id": clientId, ...attributes });
        }
      }
    });
  }

  return {
    watchCounts(clientId, counts) {
      applications.set(clientId, [...(applications.get(clientId) ?? []), counts]);
    },
    watchAcquisition(acquisition, work) {
      const attributes = describe(acquisition);
      const startedAtMs = performance.now();
      return tracer.startActiveSpan(`acquire token ${acquisition.flow}`, { attributes }, async (span) => {
        let outcome: Attributes = {};
        try {
          const result = await work();
          setOutcomeAttributes(span, result);
          return result;
        } catch (error) {
          outcome = describeError(error);
          span.setAttributes(outcome).setStatus({ code: SpanStatusCode.ERROR });
          if (isAuthError(error)) {
            setOutcomeAttributes(span, error);
          }
          throw error;
        } finally {
          durations.record((performance.now() - startedAtMs) / 1_000, { ...attributes, ...outcome });
          span.end();
        }
      });
    },
  };
}

function describe({ clientId, host, flow, reason }: WatchedAcquisition): Attributes {
  return {
    "latchkey.client_id": clientId,
    "latchkey.flow": flow,
    "server.address": host,
    ...(reason === undefined ? {} : { "latchkey.refresh_reason": reason }),
  };
}

/** Messages of foreign errors may contain secrets. */
function describeError(error: unknown): Attributes {
  if (!isAuthError(error)) {
    return { "error.type": isErrorLike(error) ? errorName(error) : "_OTHER" };
  }
  const { code, aadsts } = error;
  return { "error.type": code, ...(aadsts === undefined ? {} : { "latchkey.aadsts": aadsts }) };
}

/** Attributes with too many values for a metric. */
function setOutcomeAttributes(
  span: Span,
  outcome: Pick<AuthenticationResult, "source" | "correlationId"> | AuthError,
): void {
  span.setAttributes({
    "latchkey.correlation_id": outcome.correlationId,
    "latchkey.source": "source" in outcome ? outcome.source : undefined,
  });
}
