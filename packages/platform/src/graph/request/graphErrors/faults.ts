import { graphErrors } from "./graphErrors.ts";

export type GraphErrorKey = keyof typeof graphErrors;
type SlotsOf<Text extends string> = Text extends `${string}{${infer Slot}}${infer Rest}` ? Slot | SlotsOf<Rest> : never;
type Values<Key extends GraphErrorKey> = {
  readonly [Slot in SlotsOf<(typeof graphErrors)[Key]["message"]>]: string;
};

export interface GraphErrorRow {
  readonly status: FaultStatus;
  readonly code: string;
  readonly message: string;
  readonly source: string;
}

export type FaultStatus = 400 | 401 | 403 | 404 | 405 | 409 | 410 | 424 | 429 | 500 | 501;

export interface FaultDetail {
  readonly code: string;
  readonly message: string;
  readonly target: string;
}

/** A refusal as Graph words it, and the reason in plain words for the platform's own log. */
export interface Fault {
  readonly kind: "fault";
  readonly status: FaultStatus;
  readonly code: string;
  readonly message: string;
  readonly details: readonly FaultDetail[];
  /** JSON that the client has to send to the token service; the answer's `WWW-Authenticate` carries it. */
  readonly claims?: string | undefined;
  /** Where to go on. */
  readonly location?: string | undefined;
  /** Further headers of the answer. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly why: string;
}

export interface FaultOptions {
  /** Default the message itself. */
  readonly why?: string | undefined;
  /** Default none. A detail without a message repeats the fault's. */
  readonly details?: readonly { readonly code: string; readonly target: string }[] | undefined;
  readonly claims?: string | undefined;
  readonly location?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

export function fault<Key extends GraphErrorKey>(key: Key, values: Values<Key>, options: FaultOptions = {}): Fault {
  const row: GraphErrorRow = graphErrors[key];
  const slots: Readonly<Record<string, string>> = values;
  const message = row.message.replace(/\{(\w+)\}/g, (_, slot: string) => slots[slot] ?? "");
  return {
    kind: "fault",
    status: row.status,
    code: row.code,
    message,
    details: (options.details ?? []).map(({ code, target }) => ({ code, message, target })),
    claims: options.claims,
    location: options.location,
    headers: options.headers,
    why: options.why ?? message,
  };
}

export function isFault(value: unknown): value is Fault {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "fault";
}
