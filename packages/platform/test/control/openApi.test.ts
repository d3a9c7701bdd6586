import { type Platform, startPlatform } from "@latchkey/platform";
import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, expect, test } from "vitest";
import { controlOperations } from "../../src/control/api/controlApi.ts";
import { callControl } from "../support/controlApi.ts";

let platform: Platform;
// biome-ignore lint/suspicious/noExplicitAny: a document of the wire, whose shape is what the tests assert
let document: any;
beforeAll(async () => {
  platform = await startPlatform();
  document = (await callControl(platform, "/openapi.json", { token: "" })).body;
});
afterAll(() => platform.stop());

test("is a valid OpenAPI 3.1 document that needs no token", async () => {
  const { valid, errors } = await new Validator().validate(document);
  expect(errors).toBeUndefined();
  expect(valid).toBe(true);
  expect(document.servers).toEqual([{ url: `${platform.url}/_latchkey` }]);
});

test("names every operation once", () => {
  const ids = controlOperations.map(({ operationId }) => operationId);
  expect(new Set(ids).size).toBe(ids.length);
});

interface Example {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
}

/** One valid call of each operation, in an order that works. */
const examples: readonly Example[] = [
  { method: "PUT", path: "/clock", body: { now: "2031-01-01T00:00:00Z" } },
  { method: "POST", path: "/clock/advance", body: { durationMs: 1000 } },
  { method: "GET", path: "/clock" },
  { method: "POST", path: "/faults", body: { id: "f", endpoint: "token", aadsts: 50196, count: 1 } },
  { method: "GET", path: "/faults" },
  { method: "DELETE", path: "/faults/f" },
  { method: "DELETE", path: "/faults" },
  {
    method: "POST",
    path: "/seed",
    body: { groups: [{ name: "g" }], applications: [{ name: "a", secrets: [{}], assignments: [{ group: "g" }] }] },
  },
  { method: "POST", path: "/keys/rollover" },
  { method: "GET", path: "/events" },
  { method: "POST", path: "/snapshots" },
  { method: "POST", path: "/snapshots/snapshot-1/restore" },
  { method: "DELETE", path: "/snapshots/snapshot-1" },
  { method: "POST", path: "/reset" },
];

test("has an example call of every operation", () => {
  const called = examples.map(({ method, path }) => `${method} ${documentedPath(path)}`);
  const offered = controlOperations.map(({ method, path }) => `${method} ${path}`);
  expect(called.toSorted()).toEqual(offered.toSorted());
});

test.for(examples)("describes $method $path correctly", async ({ method, path, body }) => {
  const operation = document.paths[documentedPath(path)][method.toLowerCase()];
  const response = await callControl(platform, path, { method, body });
  const described = operation.responses[response.status];
  expect(described, `${method} ${path} answered ${response.status}`).toBeDefined();
  expect(response.status).toBeLessThan(300);
  expectValid(described.content?.["application/json"].schema, response.body);
  expectValid(operation.requestBody?.content["application/json"].schema, body);
});

test("describes errors correctly", async () => {
  const response = await callControl(platform, "/faults", { method: "POST", body: {} });
  expect(response.status).toBe(400);
  expectValid(document.paths["/faults"].post.responses[400].content["application/json"].schema, response.body);
});

test("has schemas that reject what the API rejects", () => {
  expect(validates({ $ref: "#/components/schemas/FaultRule" }, { statsu: 500 })).toBe(false);
  expect(validates({ $ref: "#/components/schemas/Seed" }, { applications: [{}] })).toBe(false);
  expect(validates({ $ref: "#/components/schemas/Seed" }, { groups: [{ name: "g", members: ["a"] }] })).toBe(false);
});

function documentedPath(path: string): string {
  return path.replace(/^\/(faults|snapshots)\/[^/]+/, "/$1/{id}");
}

function expectValid(schema: object | undefined, value: unknown): void {
  expect(schema === undefined).toBe(value === undefined);
  expect(schema === undefined || validates(schema, value)).toBe(true);
}

function validates(schema: object, value: unknown): boolean {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  return ajv.validate({ ...schema, components: document.components }, value);
}
