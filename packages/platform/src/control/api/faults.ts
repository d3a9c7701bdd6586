import type { FaultRule } from "../injectedFaults/faultRule.ts";
import { type ControlOperation, listOf, schemaRef } from "./operation.ts";

export const faultOperations: readonly ControlOperation[] = [
  {
    method: "GET",
    path: "/faults",
    operationId: "listFaults",
    summary: "Lists the fault rules and how often each has fired.",
    success: {
      status: 200,
      description: "The rules, in the order in which they are tried.",
      schema: listOf("ActiveFault"),
    },
    handle: ({ controls }) => ({ status: 200, body: controls.faults.list() }),
  },
  {
    method: "POST",
    path: "/faults",
    operationId: "addFault",
    summary: "Adds a fault rule after the existing ones.",
    body: { kind: "fault" },
    success: { status: 201, description: "The rule, with its id.", schema: schemaRef("ActiveFault") },
    handle({ controls, body }) {
      const added = controls.faults.add(body as FaultRule);
      return { status: 201, body: added, why: `fault rule "${added.id}" was added` };
    },
  },
  {
    method: "DELETE",
    path: "/faults",
    operationId: "clearFaults",
    summary: "Removes all fault rules.",
    success: { status: 204, description: "All rules are removed." },
    handle({ controls }) {
      controls.faults.clear();
      return { status: 204, why: "all fault rules were removed" };
    },
  },
  {
    method: "DELETE",
    path: "/faults/{id}",
    operationId: "removeFault",
    summary: "Removes one fault rule.",
    success: { status: 204, description: "The rule is removed." },
    notFound: "No fault rule has this id.",
    handle: ({ controls, id }) =>
      controls.faults.remove(id) ? { status: 204, why: `fault rule "${id}" was removed` } : { status: 404 },
  },
];
