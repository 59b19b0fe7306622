import * as z from "zod/mini";
import { API_ERRORS, type ApiErrorCode } from "./errors.ts";
import { streamQuerySchema } from "./events.ts";
import { EXAMPLES, STREAM_EXAMPLES } from "./examples.ts";
import { MEANINGS } from "./meanings.ts";
import {
  capitalised,
  type JsonObject,
  jsonSchema,
  type NamedSchemas,
  namedSchemas,
  reference,
} from "./openapi-schemas.ts";
import { COMMON_ERRORS, ROUTES, type RouteDefinition, type RouteName, STREAM_PATH } from "./routes.ts";
import { SUMMARIES } from "./summaries.ts";

const DESCRIPTION = [
  "Amounts are decimal strings in the token's smallest unit, hashes and addresses 0x hex; an address in mixed case must have",
  "the EIP-55 checksum. Every failure has the form of the schema Failure, and leads to its [page](docs/errors/README.md) in the",
  "header Link. Lists come in pages: `next` is null at the end, else",
  "the `cursor` of the next page, which only the node can read. HEAD and OPTIONS work on every path,",
  "and web pages may read the answers if the node's operator allows their origin.",
].join(" ");

/** Groups of operations, by the first part of their paths after the version. */
const TAGS: Readonly<Record<string, string>> = {
  transactions: "L2 transactions: submitting, following and proving them",
  owners: "what an L1 address has, and what happened to it",
  accounts: "accounts on L2",
  deposits: "deposits, with the accounts that they made",
  queue: "the L1 queue: deposits, forced withdrawals, new keys",
  payouts: "what blocks owe L1 addresses",
  references: "payments by the reference that they carry",
  fees: "what transactions cost",
  blocks: "blocks",
  batches: "batches, as L1 accepts them",
  rollup: "the rollup and the progress of its chain",
  events: "what happened, in order",
  stream: "what happens, as it happens",
  node: "the node's own state",
};

function tagOf(path: string): string {
  const [, version, first = ""] = path.split("/");
  return version === "v1" && first in TAGS ? first : "node";
}

/** The OpenAPI 3.1 document of {@link ROUTES} and the stream. */
export function openApiDocument(version: string): JsonObject {
  const schemas = namedSchemas();
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [name, route] of Object.entries<RouteDefinition>(ROUTES)) {
    const path = route.path.replaceAll(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(name as RouteName, route, schemas) };
  }
  paths[STREAM_PATH] = { get: streamOperation() };
  return {
    openapi: "3.1.0",
    info: {
      title: "Cairn node",
      version,
      description: DESCRIPTION,
      license: { name: "MIT", identifier: "MIT" },
      contact: { name: "Cairn" },
    },
    servers: [{ url: "/", description: "the node that this document comes from" }],
    // Everyone may call everything.
    security: [],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    components: { schemas: Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1))) },
  };
}

const json = (schema: JsonObject, example?: object): JsonObject => ({
  "application/json": example === undefined ? { schema } : { schema, example },
});

function operation(name: RouteName, route: RouteDefinition, named: NamedSchemas): JsonObject {
  const { params, query, headers, body, response } = EXAMPLES[name];
  return {
    operationId: name,
    tags: [tagOf(route.path)],
    summary: SUMMARIES[name].split(/[:;]/, 1)[0],
    description: `${SUMMARIES[name]}.`,
    parameters: [
      ...parameters("path", route.params, params),
      ...parameters("query", route.query, query),
      ...parameters("header", route.headers, headers),
    ],
    ...(route.body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: json(jsonSchema(route.body, { name: `${capitalised(name)}Request`, named }), body),
          },
        }),
    responses: {
      200: {
        description: "Done",
        content: json(jsonSchema(route.response, { name: answerName(name, route), named }), response),
      },
      ...failures([...route.errors, ...COMMON_ERRORS]),
    },
  };
}

/** Name of an answer that has none. */
function answerName(name: RouteName, { response }: RouteDefinition): string {
  const isPage = response instanceof z.ZodMiniObject && "next" in response.shape;
  return `${capitalised(name)}${isPage ? "Page" : "Response"}`;
}

/** Page about an error at the node that the document comes from, relative to the document. */
function pageUrl(name: string): string {
  return `docs/errors/${name}.md`;
}

const TOO_MANY = 429;
const FAILURE_HEADERS: JsonObject = {
  Link: {
    description: "The page about this failure, or about the rule that was broken",
    schema: { type: "string" },
    example: '</docs/errors/rejected/nonceTooLow.md>; rel="help"',
  },
};
const LIMIT_HEADERS: JsonObject = {
  ...FAILURE_HEADERS,
  "Retry-After": {
    description: "Seconds after which to come back",
    schema: { type: "integer", format: "int64", minimum: 1 },
  },
  RateLimit: {
    description: "Where the operator limits requests: what is left, and after how many seconds all is there again",
    schema: { type: "string" },
    example: '"client";r=0;t=30',
  },
};

function failures(codes: readonly ApiErrorCode[]): JsonObject {
  const content = json({ $ref: reference("Failure") });
  const statuses = new Set(codes.map((code) => API_ERRORS[code].http));
  const meanings = (status: number): string =>
    [...new Set(codes)]
      .filter((code) => API_ERRORS[code].http === status)
      .map((code) => `[\`${code}\`](${pageUrl(`api/${code}`)}): ${MEANINGS[code]}`)
      .join("\n\n");
  return Object.fromEntries(
    [...statuses].map((status) => [
      status,
      { description: meanings(status), content, headers: status === TOO_MANY ? LIMIT_HEADERS : FAILURE_HEADERS },
    ]),
  );
}

function streamOperation(): JsonObject {
  const { owner, cursor } = { ...EXAMPLES.events.query };
  return {
    operationId: "stream",
    tags: ["stream"],
    summary: "What happens, as it happens, over a WebSocket",
    description: [
      "Every message is one text frame with a JSON document of the schema StreamMessage. Messages come in the order of the node's",
      "log, each once. After reconnecting with the `cursor` of the last one, the stream goes on behind it, nothing left out and",
      "nothing told twice; also after a restart of the node. Who listens to an account, an owner or a reference, or a combination,",
      "hears of every entry that matches, also when its block gets another status; who listens to everything hears of the block.",
      "The first message is a heartbeat or, when the cursor is older than what is kept or of another node, a reset: then the lists",
      "have to be read again. The node pings, and sends a heartbeat with each ping, every 20 seconds; a client that does not answer",
      "pings, does not read, or sends messages is disconnected. Close code 1013 means: come back later.",
    ].join(" "),
    parameters: parameters("query", streamQuerySchema, { owner, cursor }),
    responses: {
      101: {
        description: "The connection is a WebSocket now",
        content: { "application/json": { schema: { $ref: reference("StreamMessage") }, examples: STREAM_EXAMPLES } },
      },
      ...failures(["bad-request", "forbidden-origin", "upgrade-required", "unavailable", ...COMMON_ERRORS]),
    },
  };
}

/** Parameters arrive as text and are parsed as the schema says: a number with its limits and default. */
function parameters(
  place: "path" | "query" | "header",
  schema: z.ZodMiniObject | undefined,
  examples: Readonly<Record<string, unknown>> = {},
): JsonObject[] {
  if (schema === undefined) return [];
  return Object.entries(schema.shape).map(([name, part]) => {
    const parsed = jsonSchema(part);
    // A value that JSON Schema cannot express is described in its written form.
    const { description, ...form } = "type" in parsed || "anyOf" in parsed ? parsed : jsonSchema(part, { io: "input" });
    return {
      name,
      in: place,
      required: place === "path" || !z.safeParse(part, undefined).success,
      ...(description === undefined ? {} : { description }),
      schema: form,
      ...(name in examples ? { example: examples[name] } : {}),
    };
  });
}
