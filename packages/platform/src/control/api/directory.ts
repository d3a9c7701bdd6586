import { loadSeedText } from "../../seed/loadSeed.ts";
import { type ControlOperation, listOf, schemaRef } from "./operation.ts";

export const directoryOperations: readonly ControlOperation[] = [
  {
    method: "POST",
    path: "/seed",
    operationId: "seed",
    summary: "Applies a seed to the directory, completely or not at all. Applying it again changes nothing.",
    body: { kind: "seed" },
    success: {
      status: 200,
      description: "Client ids and generated secrets. The secrets are shown only this once.",
      schema: schemaRef("Seeded"),
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
    summary: "Signs with a new key from now on. Earlier keys stay published.",
    success: { status: 204, description: "A new key is in use." },
    async handle({ controls }) {
      await controls.keys.rollover();
      return { status: 204, why: "tokens are signed with a new key from now on" };
    },
  },
  {
    method: "GET",
    path: "/events",
    operationId: "listEvents",
    summary: "Lists what was requested of the platform, how it responded, and why.",
    success: { status: 200, description: "The most recent events, oldest first.", schema: listOf("Event") },
    handle: ({ controls }) => ({ status: 200, body: controls.events.recent() }),
  },
];
