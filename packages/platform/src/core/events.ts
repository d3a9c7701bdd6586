import type { Clock } from "./clock.ts";
import { isGuid } from "./guid.ts";
import { decodeJson } from "./jwt.ts";

/** What the platform was asked and what became of it. Holds identifiers and reasons; never a secret, code or token. */
export interface PlatformEvent {
  readonly type: "token" | "signIn" | "consent" | "graph" | "request" | "fault" | "control" | "portal";
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
  /** What the access token says, decoded; the token itself is not kept. */
  readonly claims?: { readonly [name: string]: unknown } | undefined;
  readonly correlationId?: string | undefined;
}

export interface NewEvent extends Omit<PlatformEvent, "time" | "claims"> {
  /** The middle part of a token, as `claims` says it. */
  readonly payload?: string | undefined;
}

/** The time in milliseconds since the Unix epoch. */
type StoredEvent = NewEvent & { readonly time: number };

export interface EventLog {
  record(event: NewEvent): void;
  /** The most recent events, oldest first. */
  recent(): readonly PlatformEvent[];
  clear(): void;
}

const eventLimit = 1000;

/** Opens a log of the last 1,000 events. It stores them as JSON: strings take less memory than objects. */
export function eventLog(clock: Clock, onEvent: ((event: PlatformEvent) => void) | undefined): EventLog {
  let stored: string[] = [];
  return {
    record(event) {
      const clientId = event.clientId !== undefined && isGuid(event.clientId) ? event.clientId : undefined;
      const complete = { ...event, clientId, time: clock.now() };
      stored.push(JSON.stringify(complete));
      if (stored.length > eventLimit) {
        stored.shift();
      }
      onEvent?.(publicEvent(complete));
    },
    recent: () => stored.map((json) => publicEvent(JSON.parse(json) as StoredEvent)),
    clear() {
      stored = [];
    },
  };
}

/** Decodes the payload only here: most events are never read. */
function publicEvent({ payload, time, ...event }: StoredEvent): PlatformEvent {
  return { ...event, time: new Date(time), claims: payload === undefined ? undefined : decodeJson(payload) };
}
