import type { State } from "../state.ts";
import { type ControlOperation, type SnapshotShelf, shape } from "./operation.ts";

export const stateOperations: readonly ControlOperation[] = [
  {
    method: "POST",
    path: "/reset",
    operationId: "reset",
    summary: "Goes back to the first state: seeded tenant, seed file, faults and time of the start.",
    success: { status: 200, description: "What the seed of the start has led to.", shape: shape("Seeded") },
    handle({ controls }) {
      controls.state.reset();
      return { status: 200, body: controls.seeded(), why: "everything was reset to the first state" };
    },
  },
  {
    method: "POST",
    path: "/snapshots",
    operationId: "takeSnapshot",
    summary: "Remembers directory, clock, faults and sessions. The oldest of more than fifty is forgotten.",
    success: { status: 201, description: "The id to restore it by.", shape: shape("Snapshot") },
    handle({ snapshots }) {
      const id = snapshots.take();
      return { status: 201, body: { id }, why: `snapshot ${id} was taken` };
    },
  },
  {
    method: "POST",
    path: "/snapshots/{id}/restore",
    operationId: "restoreSnapshot",
    summary: "Goes back to a snapshot, as often as wanted.",
    success: { status: 204, description: "Everything is as it was then." },
    notFound: "No snapshot has this id.",
    handle: ({ snapshots, id }) =>
      snapshots.restore(id) ? { status: 204, why: `snapshot ${id} was restored` } : { status: 404 },
  },
  {
    method: "DELETE",
    path: "/snapshots/{id}",
    operationId: "removeSnapshot",
    summary: "Forgets a snapshot.",
    success: { status: 204, description: "It is gone." },
    notFound: "No snapshot has this id.",
    handle: ({ snapshots, id }) =>
      snapshots.remove(id) ? { status: 204, why: `snapshot ${id} was forgotten` } : { status: 404 },
  },
];

const keptSnapshots = 50;

export function snapshotShelf(state: State): SnapshotShelf {
  const snapshots = new Map<string, ReturnType<State["snapshot"]>>();
  let taken = 0;
  return {
    take() {
      taken++;
      const id = `snapshot-${taken}`;
      snapshots.set(id, state.snapshot());
      const oldest = snapshots.keys().next();
      if (snapshots.size > keptSnapshots && oldest.done !== true) {
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
