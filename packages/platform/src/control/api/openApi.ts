import { toJsonSchema } from "@valibot/to-json-schema";
import type * as v from "valibot";
import { seedSchema } from "../../seed/schema.ts";
import { faultFields } from "../injectedFaults/faultRule.ts";
import { type ControlOperation, type JsonSchema, type SchemaName, schemaRef } from "./operation.ts";

/**
 * The OpenAPI document of the control API, built from the same list as its routes. @see
 * https://spec.openapis.org/oas/v3.1.0
 */
export function openApiDocument(operations: readonly ControlOperation[], url: string): JsonSchema {
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const operation of operations) {
    paths[operation.path] = { ...paths[operation.path], [operation.method.toLowerCase()]: describe(operation) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Latchkey local platform: control API",
      version: "1",
      description:
        "Moves the time, injects faults and changes the directory of a running local platform. The token is printed when the platform starts.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: `${url}/_latchkey` }],
    security: [{ controlToken: [] }],
    paths: {
      ...paths,
      "/openapi.json": {
        get: {
          operationId: "getDocument",
          summary: "This document.",
          security: [],
          responses: { 200: { description: "OpenAPI 3.1.", content: { "application/json": { schema: {} } } } },
        },
      },
    },
    components: { schemas: schemas(), securitySchemes: { controlToken: { type: "http", scheme: "bearer" } } },
  };
}

function describe(operation: ControlOperation): JsonSchema {
  const { operationId, summary, path, success, body, notFound } = operation;
  const failure = (description: string): JsonSchema => ({
    description,
    content: { "application/json": { schema: schemaRef("Error") } },
  });
  const content = success.schema === undefined ? {} : { content: { "application/json": { schema: success.schema } } };
  return {
    operationId,
    summary,
    ...(path.includes("{id}")
      ? { parameters: [{ name: "id", in: "path", required: true, schema: { type: "string" } }] }
      : {}),
    ...(body === undefined ? {} : { requestBody: { required: true, content: bodyContent(body) } }),
    responses: {
      [success.status]: { description: success.description, ...content },
      ...(body === undefined ? {} : { 400: failure("The body is invalid; nothing was changed.") }),
      401: failure("The control token is missing or wrong."),
      403: failure("The request comes from a page of another site."),
      ...(notFound === undefined ? {} : { 404: failure(notFound) }),
    },
  };
}

function bodyContent(body: NonNullable<ControlOperation["body"]>): JsonSchema {
  switch (body.kind) {
    case "json":
      return { "application/json": { schema: schemaOf(body.schema) } };
    case "fault":
      return { "application/json": { schema: schemaRef("FaultRule") } };
    case "seed":
      return { "application/json": { schema: schemaRef("Seed") }, "application/yaml": { schema: schemaRef("Seed") } };
  }
}

/** Checks written as code are left out: JSON Schema cannot express them. */
function schemaOf(schema: v.GenericSchema): JsonSchema {
  const { $schema: _, ...rest } = toJsonSchema(schema, { errorMode: "ignore", typeMode: "input" });
  return rest as JsonSchema;
}

function faultProperties(): JsonSchema {
  return Object.fromEntries(
    Object.entries(faultFields).map(([name, { type, minimum, maximum, isWhole, values, meaning }]) => [
      name,
      {
        type: type === "text" ? "string" : type === "number" ? (isWhole ? "integer" : "number") : ["integer", "string"],
        description: meaning,
        ...(minimum === undefined ? {} : { minimum }),
        ...(maximum === undefined ? {} : { maximum }),
        ...(values === undefined ? {} : { enum: values }),
      },
    ]),
  );
}

function object(properties: JsonSchema, required: readonly string[] = Object.keys(properties)): JsonSchema {
  return { type: "object", properties, required, additionalProperties: false };
}

const text: JsonSchema = { type: "string" };
const instant: JsonSchema = { type: "string", format: "date-time" };

function schemas(): Readonly<Record<SchemaName, JsonSchema>> {
  return {
    Clock: object({ now: instant, offsetMs: { type: "number", description: "Difference from the time source." } }),
    FaultRule: object(faultProperties(), []),
    ActiveFault: object({ ...faultProperties(), fired: { type: "integer", minimum: 0 } }, ["id", "fired"]),
    Event: {
      type: "object",
      properties: {
        type: text,
        time: instant,
        method: text,
        path: text,
        status: { type: "integer" },
        why: { type: "string", description: "One plain sentence: what happened, why, and how to fix it." },
        aadsts: { type: "integer" },
        grantType: text,
        clientId: text,
        tenantId: text,
        userId: text,
        resource: text,
        permissions: { type: "array", items: text },
        correlationId: text,
      },
      required: ["type", "time", "method", "path", "status", "why"],
    },
    Seed: schemaOf(seedSchema),
    Seeded: object({
      applications: {
        type: "array",
        items: object(
          {
            name: text,
            clientId: text,
            objectId: text,
            servicePrincipalId: text,
            secrets: { type: "array", items: object({ displayName: text, value: text }) },
          },
          ["name", "clientId", "objectId", "secrets"],
        ),
      },
      managedIdentities: {
        type: "array",
        items: object({
          name: text,
          clientId: text,
          objectId: text,
          resourceId: text,
          assignment: { enum: ["system", "user"] },
        }),
      },
    }),
    Snapshot: object({ id: text }),
    Error: object({ error: text, error_description: text, remedy: text }, ["error", "error_description"]),
  };
}
