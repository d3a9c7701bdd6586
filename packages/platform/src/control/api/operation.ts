import type * as v from "valibot";
import type { ControlContext } from "../context.ts";
import type { Controls } from "../controls.ts";

/** A schema in the OpenAPI document. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** The schemas that the document lists in `components`. */
export type SchemaName = "Clock" | "FaultRule" | "ActiveFault" | "Event" | "Seed" | "Seeded" | "Snapshot" | "Error";

export interface ControlRequest {
  readonly context: ControlContext;
  readonly controls: Controls;
  /** Snapshots by their id in the API. */
  readonly snapshots: SnapshotStore;
  /** The value of the path's `{id}`. */
  readonly id: string;
  /** The parsed and checked JSON body, or the body's text, depending on the operation. */
  readonly body: unknown;
}

export interface SnapshotStore {
  take(): string;
  /** Returns false when no snapshot has this id. */
  restore(id: string): boolean;
  remove(id: string): boolean;
}

export interface ControlResponse {
  readonly status: 200 | 201 | 204 | 404;
  readonly body?: unknown;
  /** For the log; absent for operations that only read. */
  readonly why?: string | undefined;
}

/** The kind of body: JSON checked by its schema, or input that the operation checks itself. */
export type ControlBody =
  | { readonly kind: "json"; readonly schema: v.GenericSchema }
  | { readonly kind: "fault" }
  | { readonly kind: "seed" };

/** An operation of the control API. Both its route and its part of the document are built from this. */
export interface ControlOperation {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Below `/_latchkey`; `{id}` stands for one segment. */
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly body?: ControlBody | undefined;
  readonly success: { readonly status: 200 | 201 | 204; readonly description: string; readonly schema?: JsonSchema };
  /** Present when the id may not exist. */
  readonly notFound?: string;
  readonly handle: (request: ControlRequest) => ControlResponse | Promise<ControlResponse>;
}

export function schemaRef(name: SchemaName): JsonSchema {
  return { $ref: `#/components/schemas/${name}` };
}

export function listOf(name: SchemaName): JsonSchema {
  return { type: "array", items: schemaRef(name) };
}
