import { applicationRows } from "./applicationRows.ts";
import { credentialRows } from "./credentialRows.ts";
import { objectRows } from "./objectRows.ts";
import { queryRows } from "./queryRows.ts";
import { requestRows } from "./requestRows.ts";
import { tokenRows } from "./tokenRows.ts";

/**
 * What Graph refuses with, as data: correct a row after a run against a real tenant and nothing else changes.
 * `{name}` marks a slot. `source`: I quoted from the real service in public, D documented, K from knowledge, to be
 * confirmed.
 *
 * @see https://learn.microsoft.com/graph/errors
 */
const graphErrors: typeof tokenRows &
  typeof requestRows &
  typeof objectRows &
  typeof applicationRows &
  typeof credentialRows &
  typeof queryRows = {
  ...tokenRows,
  ...requestRows,
  ...objectRows,
  ...applicationRows,
  ...credentialRows,
  ...queryRows,
};

export type GraphErrorKey = keyof typeof graphErrors;
type SlotsOf<Text extends string> = Text extends `${string}{${infer Slot}}${infer Rest}` ? Slot | SlotsOf<Rest> : never;
type Values<Key extends GraphErrorKey> = {
  readonly [Slot in SlotsOf<(typeof graphErrors)[Key]["message"]>]: string;
};

export interface GraphErrorRow {
  readonly status: GraphErrorStatus;
  readonly code: string;
  readonly message: string;
  readonly source: string;
}

export type GraphErrorStatus = 400 | 401 | 403 | 404 | 405 | 409 | 410 | 424 | 429 | 500 | 501;

export interface GraphErrorDetail {
  readonly code: string;
  readonly message: string;
  readonly target: string;
}

export interface GraphErrorOptions {
  /** Default the message itself. */
  readonly reason?: string | undefined;
  /** Default none. A detail without a message repeats the error's. */
  readonly details?: readonly { readonly code: string; readonly target: string }[] | undefined;
  /** JSON that the client has to send to the token service; the answer's `WWW-Authenticate` carries it. */
  readonly claims?: string | undefined;
  /** Where to go on. */
  readonly location?: string | undefined;
  /** Further headers of the answer. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/**
 * A refusal as Graph words it, and the reason in plain words for the platform's own log. It is thrown where the reason is
 * known and caught by `answerGraphRequest`, a request of a batch by itself. No `Error`: it is an answer, and a stack trace
 * would cost more than the rest of it.
 */
export class GraphError<Key extends GraphErrorKey = GraphErrorKey> {
  readonly status: GraphErrorStatus;
  readonly code: string;
  readonly message: string;
  readonly details: readonly GraphErrorDetail[];
  readonly claims?: string | undefined;
  readonly location?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly reason: string;

  constructor(
    key: Key,
    values: Values<Key>,
    { reason, details = [], claims, location, headers }: GraphErrorOptions = {},
  ) {
    const row: GraphErrorRow = graphErrors[key];
    const slots: Readonly<Record<string, string>> = values;
    const message = row.message.replace(/\{(\w+)\}/g, (_, slot: string) => slots[slot] ?? "");
    this.status = row.status;
    this.code = row.code;
    this.message = message;
    this.details = details.map(({ code, target }) => ({ code, message, target }));
    this.claims = claims;
    this.location = location;
    this.headers = headers;
    this.reason = reason ?? message;
  }
}
