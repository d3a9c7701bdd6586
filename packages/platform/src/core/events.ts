import type { Clock } from "./clock.ts";
import { isGuid } from "./guid.ts";
import { decodeJson } from "./jwt.ts";

/** A request and its outcome. Contains identifiers and reasons, never a secret, code or token. */
export interface PlatformEvent {
  readonly type: "token" | "signIn" | "consent" | "graph" | "request" | "fault" | "control" | "portal";
  readonly time: Date;
  /** HTTP method and path, without the query. */
  readonly method: string;
  readonly path: string;
  /** 0 when a fault rule cut the connection. */
  readonly status: number;
  /** One plain sentence: what happened, why, and how to fix it. */
  readonly why: string;
  /** The number of the AADSTS code, if the response has one. */
  readonly aadsts?: number | undefined;
  readonly grantType?: string | undefined;
  /** Only a value in the form of an id: if a program mixes up id and secret, the secret must not end up here. */
  readonly clientId?: string | undefined;
  readonly tenantId?: string | undefined;
  readonly userId?: string | undefined;
  /** The API the token was requested for. */
  readonly resource?: string | undefined;
  /** The application permissions or scopes in the token. */
  readonly permissions?: readonly string[] | undefined;
  /** The decoded claims of the access token; the token itself is not stored. */
  readonly claims?: { readonly [name: string]: unknown } | undefined;
  readonly correlationId?: string | undefined;
}

export interface NewEvent extends Omit<PlatformEvent, "time" | "claims"> {
  /** The payload of a token, from which `claims` is decoded. */
  readonly payload?: string | undefined;
}

/** `time` is in milliseconds since the Unix epoch. */
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

/** Decodes the payload here and not earlier: most events are never read. */
function publicEvent({ payload, time, ...event }: StoredEvent): PlatformEvent {
  return { ...event, time: new Date(time), claims: payload === undefined ? undefined : decodeJson(payload) };
}
