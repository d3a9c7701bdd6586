import type { ProtectedApi } from "@latchkey/client";

/** What would become of one thing that the manifest names, or that the directory has more. */
export interface Step {
  readonly action: "create" | "change" | "nothing" | "not applicable" | "left alone" | "not applied";
  /** The application, or the part of the manifest. */
  readonly subject: string;
  readonly what: string;
  /** Why, or which fields. */
  readonly detail?: string | undefined;
  /** Whether a secret comes of it that must be kept. */
  readonly givesSecret?: true;
  /** Brings the directory up to it. Only of steps that create or change. */
  readonly run?: (applying: Applying) => Promise<void>;
}

/** What steps work with. */
export interface Applying {
  send<T>(method: "POST" | "PATCH", path: string, body: object): Promise<T>;
  /** Keeps a secret that can never be read again. */
  keepSecret(name: string, clientId: string, secret: NewSecret): Promise<void>;
}

export interface NewSecret {
  readonly displayName: string;
  readonly value: string;
  readonly endDateTime: string;
}

/** Calls Graph with a JSON body, and waits for the answer whatever happens: what was asked for may be a secret. */
export function sender(graph: ProtectedApi): Applying["send"] {
  return (method, path, body) =>
    graph.json(path, {
      method,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
}
