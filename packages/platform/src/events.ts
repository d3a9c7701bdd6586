import type { Clock } from "./clock.ts";
import { isGuid } from "./exchange.ts";

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

export type NewEvent = Omit<PlatformEvent, "time">;

/** The time in milliseconds since the Unix epoch. */
type KeptEvent = NewEvent & { readonly time: number };

export interface EventLog {
  record(event: NewEvent): void;
  /** The most recent events, oldest first. */
  recent(): readonly PlatformEvent[];
  clear(): void;
}

const keptEvents = 1000;
const eventsInPage = 50;

/**
 * Older events are kept as text, a page of them in one block outside the heap. As objects they would live just long
 * enough to make V8 grow its space for young objects to the full, which is more memory than all else together.
 */
export function eventLog(clock: Clock, onEvent: ((event: PlatformEvent) => void) | undefined): EventLog {
  let pages: Buffer[] = [];
  let latest: KeptEvent[] = [];
  return {
    record(event) {
      const clientId = event.clientId !== undefined && isGuid(event.clientId) ? event.clientId : undefined;
      const kept = { ...event, clientId, time: clock.now() };
      latest.push(kept);
      if (latest.length === eventsInPage) {
        pages.push(writePage(latest, pages.length * eventsInPage < keptEvents ? undefined : pages.shift()));
        latest = [];
      }
      onEvent?.(dated(kept));
    },
    recent: () => [...pages.flatMap(readPage), ...latest].slice(-keptEvents).map(dated),
    clear() {
      pages = [];
      latest = [];
    },
  };
}

/** Into the block of a page that is no longer kept, if there is one and it is large enough. */
function writePage(events: readonly KeptEvent[], freed: Buffer | undefined): Buffer {
  const text = JSON.stringify(events);
  const length = Buffer.byteLength(text);
  const page = freed !== undefined && freed.length >= length ? freed : Buffer.allocUnsafeSlow(length + length / 4);
  page.fill(" ", page.write(text));
  return page;
}

function readPage(page: Buffer): readonly KeptEvent[] {
  return JSON.parse(page.toString()) as readonly KeptEvent[];
}

function dated(event: KeptEvent): PlatformEvent {
  return { ...event, time: new Date(event.time) };
}
