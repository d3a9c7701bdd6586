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
const initialBytes = 65_536;

/** Events as lines of JSON, outside the heap. */
interface Block {
  readonly bytes: Buffer;
  readonly length: number;
  readonly events: number;
}

/**
 * Opens a log of the last 1,000 events, in two blocks: the older one is overwritten when the newer one is full. On the heap, as
 * objects or strings, they would live just long enough for V8 to grow its space for young objects to the maximum, which
 * costs more memory than everything else together.
 */
export function eventLog(clock: Clock, onEvent: ((event: PlatformEvent) => void) | undefined): EventLog {
  let full = emptyBlock();
  let current = emptyBlock();
  return {
    record(event) {
      const clientId = event.clientId !== undefined && isGuid(event.clientId) ? event.clientId : undefined;
      const complete = { ...event, clientId, time: clock.now() };
      if (current.events === eventLimit) {
        [full, current] = [current, { bytes: full.bytes, length: 0, events: 0 }];
      }
      current = append(current, `${JSON.stringify(complete)}\n`);
      onEvent?.(publicEvent(complete));
    },
    recent: () => [full, current].flatMap(readBlock).slice(-eventLimit).map(publicEvent),
    clear() {
      full = emptyBlock();
      current = emptyBlock();
    },
  };
}

function emptyBlock(): Block {
  return { bytes: Buffer.allocUnsafeSlow(0), length: 0, events: 0 };
}

/** Appends a line, to a block of twice the size if it does not fit. */
function append(block: Block, line: string): Block {
  const needed = block.length + Buffer.byteLength(line);
  const bytes = needed > block.bytes.length ? Buffer.allocUnsafeSlow(Math.max(initialBytes, 2 * needed)) : block.bytes;
  if (bytes !== block.bytes) {
    block.bytes.copy(bytes, 0, 0, block.length);
  }
  return { bytes, length: block.length + bytes.write(line, block.length), events: block.events + 1 };
}

function readBlock({ bytes, length }: Block): readonly StoredEvent[] {
  const lines = bytes.toString("utf8", 0, length).split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line) as StoredEvent);
}

/** Decodes the payload here and not earlier: most events are never read. */
function publicEvent({ payload, time, ...event }: StoredEvent): PlatformEvent {
  return { ...event, time: new Date(time), claims: payload === undefined ? undefined : decodeJson(payload) };
}
