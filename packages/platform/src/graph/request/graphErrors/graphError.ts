import { applicationRows } from "./applicationRows.ts";
import { credentialRows } from "./credentialRows.ts";
import { objectRows } from "./objectRows.ts";
import { queryRows } from "./queryRows.ts";
import { requestRows } from "./requestRows.ts";
import { tokenRows } from "./tokenRows.ts";

/**
 * The errors of Graph as data: when a run against a real tenant disagrees, only the row has to change. `{name}` is a
 * placeholder. `source`: I quoted from the real service in public, D documented, K from knowledge, to be confirmed.
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
  /** Default: the message. */
  readonly reason?: string | undefined;
  /** Default: none. Each detail repeats the message of the error. */
  readonly details?: readonly { readonly code: string; readonly target: string }[] | undefined;
  /** JSON for the client to send to the token service, in the `WWW-Authenticate` of the response. */
  readonly claims?: string | undefined;
  /** The `Location` header: where to continue. */
  readonly location?: string | undefined;
  /** Further headers of the response. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/**
 * A refusal in the words of Graph, and the reason in plain words for the platform's log. Thrown where the reason is
 * known and caught by `answerGraphRequest`, for each request of a batch separately. Not an `Error`: a stack trace would
 * cost more than the rest of the response.
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
