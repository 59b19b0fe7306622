import * as z from "zod/mini";
import { API_ERRORS, type ApiErrorCode } from "./errors.ts";
import { balanceSchema, ledgerEntrySchema } from "./history.ts";
import {
  accountSchema,
  batchSchema,
  blockSchema,
  blockStatusSchema,
  errorSchema,
  feeQuoteSchema,
  healthSchema,
  payoutSchema,
  queueEntrySchema,
  readinessSchema,
  rollupSchema,
  streamMessageSchema,
} from "./resources.ts";
import { COMMON_ERRORS, ROUTES, type RouteDefinition, STREAM_PATH } from "./routes.ts";
import {
  historyEntrySchema,
  inclusionSchema,
  linkSchema,
  signedTransactionSchema,
  submitRequestSchema,
  submitResponseSchema,
  transactionSchema,
  transactionStatusSchema,
  transactionSummarySchema,
} from "./transactions.ts";

/** A JSON object. */
export type JsonObject = { readonly [key: string]: unknown };

const SCHEMAS = {
  Account: accountSchema,
  Balance: balanceSchema,
  Batch: batchSchema,
  Block: blockSchema,
  BlockStatus: blockStatusSchema,
  Error: errorSchema,
  FeeQuote: feeQuoteSchema,
  Health: healthSchema,
  HistoryEntry: historyEntrySchema,
  Inclusion: inclusionSchema,
  LedgerEntry: ledgerEntrySchema,
  Link: linkSchema,
  Payout: payoutSchema,
  QueueEntry: queueEntrySchema,
  Readiness: readinessSchema,
  Rollup: rollupSchema,
  SignedTransaction: signedTransactionSchema,
  StreamMessage: streamMessageSchema,
  SubmitRequest: submitRequestSchema,
  SubmitResponse: submitResponseSchema,
  Transaction: transactionSchema,
  TransactionStatus: transactionStatusSchema,
  TransactionSummary: transactionSummarySchema,
} as const satisfies Record<string, z.ZodMiniType>;

for (const [id, schema] of Object.entries<z.ZodMiniType>(SCHEMAS))
  z.globalRegistry.add(schema, { ...z.globalRegistry.get(schema), id });

const DESCRIPTION = [
  "Amounts are decimal strings in the token's smallest unit, hashes and addresses 0x hex; an address in mixed case must have",
  "the EIP-55 checksum. Every failure has the form of the schema Error. Lists come in pages: `next` is null at the end, else",
  "the `cursor` of the next page, which only the node can read. HEAD and OPTIONS work on every path,",
  "and web pages of any origin may read the answers.",
].join(" ");

/** The OpenAPI 3.1 document of {@link ROUTES} and the stream. */
export function openApiDocument(version: string): JsonObject {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [name, route] of Object.entries<RouteDefinition>(ROUTES)) {
    const path = route.path.replaceAll(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(name, route) };
  }
  paths[STREAM_PATH] = { get: streamOperation() };
  return {
    openapi: "3.1.0",
    info: { title: "Cairn node", version, description: DESCRIPTION },
    paths,
    components: { schemas: namedSchemas() },
  };
}

function namedSchemas(): JsonObject {
  const { schemas } = z.toJSONSchema(z.globalRegistry, { uri: reference, unrepresentable: "any", io: "output" });
  return Object.fromEntries(
    Object.entries(schemas).map(([name, { $schema: _dialect, $id: _id, ...schema }]) => [name, schema]),
  );
}

function reference(name: string): string {
  return `#/components/schemas/${name}`;
}

const json = (schema: JsonObject): JsonObject => ({ "application/json": { schema } });

function operation(name: string, route: RouteDefinition): JsonObject {
  return {
    operationId: name,
    summary: route.summary,
    parameters: [...parameters("path", route.params), ...parameters("query", route.query)],
    ...(route.body === undefined ? {} : { requestBody: { required: true, content: json(jsonSchema(route.body)) } }),
    responses: {
      200: { description: "Done", content: json(jsonSchema(route.response)) },
      ...failures([...route.errors, ...COMMON_ERRORS]),
    },
  };
}

function failures(codes: readonly ApiErrorCode[]): JsonObject {
  const content = json({ $ref: reference("Error") });
  return Object.fromEntries(
    codes.map((code) => [API_ERRORS[code].http, { description: `\`${code}\`: ${API_ERRORS[code].meaning}`, content }]),
  );
}

function streamOperation(): JsonObject {
  return {
    operationId: "stream",
    summary: "Blocks and statuses of transactions as they change, over a WebSocket",
    description: [
      "Every message is one text frame with a JSON document of the schema StreamMessage. The node sends what happens from now",
      "on and reads nothing; after reconnecting, fetch what was missed through the other operations. It pings; a client that does not",
      "answer, or reads too slowly, is disconnected. Close code 1013 means: come back later.",
    ].join(" "),
    responses: {
      101: { description: "The connection is a WebSocket now", content: json({ $ref: reference("StreamMessage") }) },
      ...failures(["upgrade-required", "unavailable", ...COMMON_ERRORS]),
    },
  };
}

/** Parameters arrive as text and are parsed as the schema says: a number with its limits and default. */
function parameters(place: "path" | "query", schema: z.ZodMiniObject | undefined): JsonObject[] {
  if (schema === undefined) return [];
  return Object.entries(schema.shape).map(([name, part]) => {
    const parsed = jsonSchema(part);
    // A value that JSON Schema cannot express is described in its written form.
    const { description, ...form } = "type" in parsed || "anyOf" in parsed ? parsed : jsonSchema(part, "input");
    return {
      name,
      in: place,
      required: place === "path" || !z.safeParse(part, undefined).success,
      ...(description === undefined ? {} : { description }),
      schema: form,
    };
  });
}

/** The schema of the parsed value; named parts become references. */
function jsonSchema(schema: z.core.$ZodType, io: "input" | "output" = "output"): JsonObject {
  const {
    $schema: _dialect,
    $defs: _named,
    ...document
  } = z.toJSONSchema(schema, {
    io,
    unrepresentable: "any",
  });
  return withReferences(document);
}

function withReferences(value: JsonObject): JsonObject {
  const rewritten = JSON.stringify(value, (key, part: unknown) =>
    key === "$ref" && typeof part === "string" ? part.replace("#/$defs/", reference("")) : part,
  );
  return JSON.parse(rewritten) as JsonObject;
}
