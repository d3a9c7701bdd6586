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
type KeptEvent = NewEvent & { readonly time: number };

export interface EventLog {
  record(event: NewEvent): void;
  /** The most recent events, oldest first. */
  recent(): readonly PlatformEvent[];
  clear(): void;
}

const keptEvents = 1000;
const pageBytes = 65_536;

/** Events as lines of JSON. */
interface Page {
  readonly bytes: Buffer;
  length: number;
  events: number;
}

/**
 * Events are kept as text, many of them in one block outside the heap. As objects they would live just long enough to
 * make V8 grow its space for young objects to the full, which is more memory than all else together.
 */
export function eventLog(clock: Clock, onEvent: ((event: PlatformEvent) => void) | undefined): EventLog {
  let pages: Page[] = [];

  function pageFor(length: number): Page {
    const last = pages.at(-1);
    if (last !== undefined && last.bytes.length - last.length >= length) {
      return last;
    }
    const oldest = pages[0];
    const isOldestSpare =
      oldest !== undefined && pages.reduce((sum, { events }) => sum + events, 0) - oldest.events >= keptEvents;
    const freed = isOldestSpare ? pages.shift()?.bytes : undefined;
    const bytes = freed !== undefined && freed.length >= length ? freed : newBlock(length);
    const page = { bytes, length: 0, events: 0 };
    pages.push(page);
    return page;
  }

  return {
    record(event) {
      const clientId = event.clientId !== undefined && isGuid(event.clientId) ? event.clientId : undefined;
      const kept = { ...event, clientId, time: clock.now() };
      const line = `${JSON.stringify(kept)}\n`;
      const page = pageFor(Buffer.byteLength(line));
      page.length += page.bytes.write(line, page.length);
      page.events++;
      onEvent?.(shown(kept));
    },
    recent: () => pages.flatMap(readPage).slice(-keptEvents).map(shown),
    clear() {
      pages = [];
    },
  };
}

function newBlock(length: number): Buffer {
  return Buffer.allocUnsafeSlow(Math.max(pageBytes, length));
}

function readPage({ bytes, length }: Page): readonly KeptEvent[] {
  const lines = bytes.toString("utf8", 0, length).split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line) as KeptEvent);
}

/** Payloads wait until now to be decoded: most events are never looked at. */
function shown({ payload, time, ...event }: KeptEvent): PlatformEvent {
  return { ...event, time: new Date(time), claims: payload === undefined ? undefined : decodeJson(payload) };
}
