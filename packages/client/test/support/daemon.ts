import {
  ConfidentialClientApplication,
  type ConfidentialClientApplicationOptions,
  clientSecret,
  type Logger,
} from "@latchkey/client";
import { type ManualClock, manualClock } from "./manualClock.ts";
import { type Responder, type ScriptedService, scriptedService } from "./scriptedService.ts";

export const clientId = "11111111-2222-4333-8444-555555555555";
export const tenantId = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee";
export const entra: string = `https://login.microsoftonline.com/${tenantId}`;
export const graph: string = "https://graph.microsoft.com/.default";
export const secret = "s3cr3t~Value.of_the-daemon/+ & more";

/** A daemon with a scripted token service, and everything that can be observed. */
export interface Daemon {
  readonly app: ConfidentialClientApplication;
  readonly service: ScriptedService;
  readonly clock: ManualClock;
  readonly logged: unknown[];
}

/** Creates a daemon with a secret in one Entra tenant, with `options`. */
export function makeDaemon(response?: Responder, options: Partial<ConfidentialClientApplicationOptions> = {}): Daemon {
  const service = scriptedService(response);
  const clock = manualClock();
  const logged: unknown[] = [];
  const log = (fields: object, message: string): void => void logged.push({ message, ...fields });
  const logger: Logger = { debug: log, info: log, warn: log, error: log };
  const app = new ConfidentialClientApplication({
    clientId,
    clientCredential: clientSecret(secret),
    ...(options.oidcAuthority === undefined ? { authority: entra } : {}),
    fetch: service.fetch,
    clock,
    logger,
    // Failures are reported at once, except in tests of retrying.
    maxRetries: 0,
    ...options,
  });
  return { app, service, clock, logged };
}
