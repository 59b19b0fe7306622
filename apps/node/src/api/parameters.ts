import { ENGLISH, type RouteDefinition } from "@cairn/rpc";
import type { ZodMiniObject, ZodMiniType, z } from "zod/mini";
import { ApiError } from "./errors.ts";

/** A misspelt filter would otherwise answer with everything, and a misspelt cursor with the first page again. */
export function assertKnownParameters(schema: RouteDefinition["query"], query: unknown): void {
  const unknown = Object.keys(query ?? {}).find((name) => !Object.hasOwn(schema?.shape ?? {}, name));
  if (unknown !== undefined) throw badParameter(`query.${unknown.slice(0, 100)}`, "is not a parameter of this path");
}

/** The parsed parameters of a query string, each of which may be given once. Throws `ApiError`. */
export function parseQuery<Schema extends ZodMiniObject>(schema: Schema, text: string): z.output<Schema> {
  const query = new URLSearchParams(text);
  for (const name of new Set(query.keys())) {
    if (query.getAll(name).length > 1) throw badParameter(`query.${name.slice(0, 100)}`, "is given more than once");
  }
  const given = Object.fromEntries(query);
  assertKnownParameters(schema, given);
  return parse(schema, given, "query");
}

/** The parsed value. Throws `ApiError`, which says where it has another form. */
export function parse<Schema extends ZodMiniType>(schema: Schema, value: unknown, place: string): z.output<Schema> {
  const result = schema.safeParse(value, ENGLISH);
  if (result.success) return result.data as z.output<Schema>;
  const issues = result.error.issues
    .slice(0, 20)
    .map(({ path, message }) => ({ at: [place, ...path].join("."), message }));
  throw new ApiError("bad-request", `${issues[0]?.at}: ${issues[0]?.message}`, { issues });
}

function badParameter(at: string, message: string): ApiError {
  return new ApiError("bad-request", `${at}: ${message}`, { issues: [{ at, message }] });
}
