import { z } from "zod";
import { API_ERRORS } from "./errors.ts";
import { errorSchema } from "./resources.ts";
import { ROUTES, type RouteDefinition } from "./routes.ts";

/** A JSON object. */
export type JsonObject = { readonly [key: string]: unknown };

/** The OpenAPI 3.1 document of {@link ROUTES}. */
export function openApiDocument(version: string): JsonObject {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [name, route] of Object.entries<RouteDefinition>(ROUTES)) {
    const path = route.path.replaceAll(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(name, route) };
  }
  return {
    openapi: "3.1.0",
    info: { title: "Cairn node", version, description: "Amounts are decimal strings, hashes and addresses 0x hex." },
    paths,
    components: { schemas: { Error: jsonSchema(errorSchema, "output") } },
  };
}

function operation(name: string, route: RouteDefinition): JsonObject {
  const content = (schema: JsonObject) => ({ "application/json": { schema } });
  const responses: Record<string, unknown> = {
    200: { description: "Done", content: content(jsonSchema(route.response, "output")) },
  };
  for (const code of route.errors) {
    const { http, meaning } = API_ERRORS[code];
    responses[http] = { description: meaning, content: content({ $ref: "#/components/schemas/Error" }) };
  }
  return {
    operationId: name,
    summary: route.summary,
    parameters: [...parameters("path", route.params), ...parameters("query", route.query)],
    ...(route.body === undefined
      ? {}
      : { requestBody: { required: true, content: content(jsonSchema(route.body, "input")) } }),
    responses,
  };
}

function parameters(place: "path" | "query", schema: z.ZodObject | undefined): JsonObject[] {
  if (schema === undefined) return [];
  return Object.entries(schema.shape).map(([name, part]) => ({
    name,
    in: place,
    required: place === "path" || !z.safeParse(part, undefined).success,
    schema: jsonSchema(part, "input"),
  }));
}

function jsonSchema(schema: z.core.$ZodType, io: "input" | "output"): JsonObject {
  const { $schema: _dialect, ...document } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return document;
}
