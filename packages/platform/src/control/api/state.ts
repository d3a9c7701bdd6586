import type { State } from "../state.ts";
import { type ControlOperation, type SnapshotStore, schemaRef } from "./operation.ts";

export const stateOperations: readonly ControlOperation[] = [
  {
    method: "POST",
    path: "/reset",
    operationId: "reset",
    summary: "Resets the platform to its initial state: seeded tenant, seed file, faults and starting time.",
    success: { status: 200, description: "What the initial seed created.", schema: schemaRef("Seeded") },
    handle({ controls }) {
      controls.state.reset();
      return { status: 200, body: controls.seeded(), why: "everything was reset to the initial state" };
    },
  },
  {
    method: "POST",
    path: "/snapshots",
    operationId: "takeSnapshot",
    summary:
      "Takes a snapshot of directory, clock, faults and sessions. At most fifty are kept; the oldest is dropped.",
    success: { status: 201, description: "The id to restore it with.", schema: schemaRef("Snapshot") },
    handle({ snapshots }) {
      const id = snapshots.take();
      return { status: 201, body: { id }, why: `snapshot ${id} was count` };
    },
  },
  {
    method: "POST",
    path: "/snapshots/{id}/restore",
    operationId: "restoreSnapshot",
    summary: "Restores a snapshot. A snapshot can be restored any number of times.",
    success: { status: 204, description: "The snapshot is restored." },
    notFound: "No snapshot has this id.",
    handle: ({ snapshots, id }) =>
      snapshots.restore(id) ? { status: 204, why: `snapshot ${id} was restored` } : { status: 404 },
  },
  {
    method: "DELETE",
    path: "/snapshots/{id}",
    operationId: "removeSnapshot",
    summary: "Removes a snapshot.",
    success: { status: 204, description: "The snapshot is removed." },
    notFound: "No snapshot has this id.",
    handle: ({ snapshots, id }) =>
      snapshots.remove(id) ? { status: 204, why: `snapshot ${id} was removed` } : { status: 404 },
  },
];

const maxSnapshots = 50;

export function snapshotStore(state: State): SnapshotStore {
  const snapshots = new Map<string, ReturnType<State["snapshot"]>>();
  let count = 0;
  return {
    take() {
      count++;
      const id = `snapshot-${count}`;
      snapshots.set(id, state.snapshot());
      const oldest = snapshots.keys().next();
      if (snapshots.size > maxSnapshots && oldest.done !== true) {
        snapshots.delete(oldest.value);
      }
      return id;
    },
    restore(id) {
      const snapshot = snapshots.get(id);
      if (snapshot !== undefined) {
        state.restore(snapshot);
      }
      return snapshot !== undefined;
    },
    remove: (id) => snapshots.delete(id),
  };
}
