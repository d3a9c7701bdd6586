import { loadSeedText } from "../../seed/loadSeed.ts";
import { type ControlOperation, listOf, shape } from "./operation.ts";

export const directoryOperations: readonly ControlOperation[] = [
  {
    method: "POST",
    path: "/seed",
    operationId: "seed",
    summary: "Adds to the directory what a seed describes, all of it or nothing. Applying it again changes nothing.",
    body: { kind: "seed" },
    success: {
      status: 200,
      description: "Client ids, and the secrets that were generated: they are shown this once.",
      shape: shape("Seeded"),
    },
    handle({ controls, body }) {
      const seeded = controls.seed(loadSeedText(String(body), "body"));
      const names = seeded.applications.map(({ name }) => name).join(", ");
      return { status: 200, body: seeded, why: `a seed was applied${names === "" ? "" : `: ${names}`}` };
    },
  },
  {
    method: "POST",
    path: "/keys/rollover",
    operationId: "rolloverKeys",
    summary: "Signs with a new key from now on; the older ones stay published.",
    success: { status: 204, description: "There is a new key." },
    async handle({ controls }) {
      await controls.keys.rollover();
      return { status: 204, why: "tokens are signed with a new key from now on" };
    },
  },
  {
    method: "GET",
    path: "/events",
    operationId: "listEvents",
    summary: "Tells what was asked of the platform, what was answered, and why.",
    success: { status: 200, description: "The most recent events, oldest first.", shape: listOf("Event") },
    handle: ({ controls }) => ({ status: 200, body: controls.events.recent() }),
  },
];
