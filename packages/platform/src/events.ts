import type { Clock } from "./clock.ts";
import { isGuid } from "./exchange.ts";

/** What the platform was asked and what became of it. Holds identifiers and reasons; never a secret, code or token. */
export interface PlatformEvent {
  readonly type: "token" | "signIn" | "consent" | "graph" | "request" | "fault" | "control";
  readonly time: Date;
  /** HTTP method and path, without the query. */
  readonly method: string;
  readonly path: string;
  /** 0 when a fault rule cut the connection. */
  readonly status: number;
  /** One plain sentence: what happened, why, and what mends it. */
  readonly why: string;
  /** The number of the AADSTS code, when the answer carries one. */
  readonly aadsts?: number | undefined;
  readonly grantType?: string | undefined;
  /** Only what has the form of an id: who mixes up id and secret must not find the secret here. */
  readonly clientId?: string | undefined;
  readonly tenantId?: string | undefined;
  readonly userId?: string | undefined;
  /** What a token was asked for. */
  readonly resource?: string | undefined;
  /** The application permissions or scopes in the token. */
  readonly permissions?: readonly string[] | undefined;
  readonly correlationId?: string | undefined;
}

export type NewEvent = Omit<PlatformEvent, "time">;

export interface EventLog {
  record(event: NewEvent): void;
  /** The most recent events, oldest first. */
  recent(): readonly PlatformEvent[];
  clear(): void;
}

const keptEvents = 1000;

export function eventLog(clock: Clock, onEvent: ((event: PlatformEvent) => void) | undefined): EventLog {
  const kept: PlatformEvent[] = [];
  return {
    record(event) {
      const clientId = event.clientId !== undefined && isGuid(event.clientId) ? event.clientId : undefined;
      const timed = { ...event, clientId, time: new Date(clock.now()) };
      kept.push(timed);
      // Cut in blocks: one shift per event would move the whole list each time.
      if (kept.length >= keptEvents * 2) {
        kept.splice(0, kept.length - keptEvents);
      }
      onEvent?.(timed);
    },
    recent: () => kept.slice(-keptEvents),
    clear() {
      kept.length = 0;
    },
  };
}
