import type * as v from "valibot";
import type { ControlContext } from "../context.ts";
import type { Controls } from "../controls.ts";

/** A schema in the control API's document. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** What stands in for a schema object: the document names it in `components`. */
export type ShapeName = "Clock" | "FaultRule" | "ActiveFault" | "Event" | "Seed" | "Seeded" | "Snapshot" | "Error";

export interface ControlRequest {
  readonly context: ControlContext;
  readonly controls: Controls;
  /** Snapshots by the ids they are known by over HTTP. */
  readonly snapshots: SnapshotShelf;
  /** The value of the path's `{id}`. */
  readonly id: string;
  /** The parsed and checked JSON body, or the body's text, as the operation wants it. */
  readonly body: unknown;
}

export interface SnapshotShelf {
  take(): string;
  /** False when there is none with this id. */
  restore(id: string): boolean;
  remove(id: string): boolean;
}

export interface ControlResponse {
  readonly status: 200 | 201 | 204 | 404;
  readonly body?: unknown;
  /** For the log; absent for what only reads. */
  readonly why?: string | undefined;
}

/** What a body is: JSON of a shape, checked by its schema, or a text that the operation reads by itself. */
export type ControlBody =
  | { readonly kind: "json"; readonly schema: v.GenericSchema }
  | { readonly kind: "fault" }
  | { readonly kind: "seed" };

/** An operation of the control API. Its route and its part of the document are both made from this. */
export interface ControlOperation {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Below `/_latchkey`; `{id}` stands for one segment. */
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly body?: ControlBody | undefined;
  readonly success: { readonly status: 200 | 201 | 204; readonly description: string; readonly shape?: JsonSchema };
  /** Present when there may be nothing with the id. */
  readonly notFound?: string;
  readonly handle: (request: ControlRequest) => ControlResponse | Promise<ControlResponse>;
}

export function shape(name: ShapeName): JsonSchema {
  return { $ref: `#/components/schemas/${name}` };
}

export function listOf(name: ShapeName): JsonSchema {
  return { type: "array", items: shape(name) };
}
