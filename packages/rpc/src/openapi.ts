import * as z from "zod/mini";
import { API_ERRORS, type ApiErrorCode } from "./errors.ts";
import { streamQuerySchema } from "./events.ts";
import { EXAMPLES, type RouteExample, STREAM_EXAMPLES } from "./examples.ts";
import { MEANINGS } from "./meanings.ts";
import {
  capitalised,
  type JsonObject,
  jsonSchema,
  type NamedSchemas,
  namedSchemas,
  reference,
} from "./openapi-schemas.ts";
import { COMMON_ERRORS, ROUTES, type RouteDefinition, STREAM_PATH } from "./routes.ts";
import { SUMMARIES, WEBHOOK_SUMMARIES } from "./summaries.ts";
import { WEBHOOK_EXAMPLES, WEBHOOK_MESSAGE_EXAMPLE } from "./webhook-examples.ts";
import { WEBHOOK_ROUTES } from "./webhooks.ts";

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
  webhooks: "messages to addresses of the operator's choice about what happens",
  node: "the node's own state",
};

function tagOf(path: string): string {
  const [, version, first = ""] = path.split("/");
  return version === "v1" && first in TAGS ? first : "node";
}

/** An operation with its texts. */
interface Operation {
  readonly name: string;
  readonly route: RouteDefinition;
  readonly summary: string;
  readonly example: RouteExample;
  readonly isOperators: boolean;
}

const OPERATIONS: readonly Operation[] = [
  ...operationsOf(ROUTES, SUMMARIES, EXAMPLES, false),
  ...operationsOf(WEBHOOK_ROUTES, WEBHOOK_SUMMARIES, WEBHOOK_EXAMPLES, true),
];

function operationsOf<Name extends string>(
  routes: Readonly<Record<Name, RouteDefinition>>,
  summaries: Readonly<Record<Name, string>>,
  examples: Readonly<Record<Name, RouteExample>>,
  isOperators: boolean,
): Operation[] {
  const names = Object.keys(routes) as Name[];
  return names.map((name) => ({
    name,
    route: routes[name],
    summary: summaries[name],
    example: examples[name],
    isOperators,
  }));
}

const TOKEN = "operatorToken";
const TOKEN_SCHEME: JsonObject = {
  type: "http",
  scheme: "bearer",
  description: "the value of the node's setting CAIRN_WEBHOOK_TOKEN; without one, these operations are off",
};

/** The OpenAPI 3.1 document of {@link ROUTES} and the stream. */
export function openApiDocument(version: string): JsonObject {
  const schemas = namedSchemas();
  const paths: Record<string, Record<string, unknown>> = {};
  for (const one of OPERATIONS) {
    const path = one.route.path.replaceAll(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [one.route.method.toLowerCase()]: operation(one, schemas) };
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
    // Everyone may call everything but what says otherwise.
    security: [],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    webhooks: { message: { post: messageOperation() } },
    components: {
      schemas: Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1))),
      securitySchemes: { [TOKEN]: TOKEN_SCHEME },
    },
  };
}

const json = (schema: JsonObject, example?: object): JsonObject => ({
  "application/json": example === undefined ? { schema } : { schema, example },
});

function operation({ name, route, summary, example, isOperators }: Operation, named: NamedSchemas): JsonObject {
  const { params, query, headers, body, response } = example;
  return {
    operationId: name,
    tags: [tagOf(route.path)],
    summary: summary.split(/[:;]/, 1)[0],
    description: `${summary}.`,
    ...(isOperators ? { security: [{ [TOKEN]: [] }] } : {}),
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
function answerName(name: string, { response }: RouteDefinition): string {
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
    description: "Seconds after which to come back; absent where the node cannot tell",
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

function messageOperation(): JsonObject {
  const header = (name: string, description: string, example: string): JsonObject => ({
    name,
    in: "header",
    required: true,
    description,
    schema: { type: "string" },
    example,
  });
  return {
    operationId: "webhookMessage",
    tags: ["webhooks"],
    summary: "What the node posts to a webhook",
    description: [
      "Signed as Standard Webhooks describes it: HMAC-SHA-256 of `id.timestamp.body` with the secret. Messages about the same",
      "account come in order, each at least once: remember the ids of those that you have handled. Any answer from 200 to 299",
      "within 10 seconds takes the message; 410 pauses the webhook; after all others the node tries again.",
    ].join(" "),
    parameters: [
      header("webhook-id", "the same whenever the message is sent", "msg_412_lz0q8c_1"),
      header("webhook-timestamp", "when it is sent, in seconds", "1764500000"),
      header("webhook-signature", "one or more signatures, separated by spaces", `v1,${"A".repeat(43)}=`),
    ],
    requestBody: {
      required: true,
      content: json({ $ref: reference("WebhookMessage") }, WEBHOOK_MESSAGE_EXAMPLE),
    },
    responses: {
      204: { description: "Taken" },
      "4XX": { description: "Not taken" },
      "5XX": { description: "Not taken" },
    },
  };
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
