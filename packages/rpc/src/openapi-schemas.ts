import * as z from "zod/mini";
import { accountProofSchema } from "./account-proofs.ts";
import { committedBatchSchema } from "./committed-batch.ts";
import { DETAILS } from "./details.ts";
import { describeEvents } from "./event-descriptions.ts";
import {
  batchEventSchema,
  blockEventSchema,
  entryEventSchema,
  eventSchema,
  eventsSchema,
  heartbeatSchema,
  resetEventSchema,
  streamMessageSchema,
} from "./events.ts";
import { balanceSchema, balancesSchema, depositsSchema, historyPageSchema, ledgerEntrySchema } from "./history.ts";
import { newPaymentRequestSchema, paymentRequestSchema, paymentSchema } from "./payment-requests.ts";
import { receiptSchema } from "./receipts.ts";
import {
  accountSchema,
  batchCostSchema,
  batchSchema,
  batchStatusSchema,
  blockSchema,
  blockStatusSchema,
  chainsSchema,
  errorSchema,
  feeQuoteSchema,
  healthSchema,
  payoutSchema,
  proofsSchema,
  proversSchema,
  queueEntrySchema,
  readinessSchema,
  rollupSchema,
  searchResultSchema,
  statsSchema,
  tokenSchema,
} from "./resources.ts";
import {
  historyEntrySchema,
  inclusionSchema,
  linkSchema,
  SIGNED_BY_KIND,
  signedTransactionSchema,
  submitRequestSchema,
  submitResponseSchema,
  transactionKindSchema,
  transactionSchema,
  transactionStatusSchema,
  transactionSummarySchema,
} from "./transactions.ts";
import {
  paidRequestSchema,
  webhookDeliverySchema,
  webhookMessageSchema,
  webhookSchema,
  webhookTypeSchema,
} from "./webhooks.ts";

/** A JSON object. */
export type JsonObject = { readonly [key: string]: unknown };

const SCHEMAS = {
  Account: accountSchema,
  AccountProof: accountProofSchema,
  Balance: balanceSchema,
  BalancesPage: balancesSchema,
  Batch: batchSchema,
  BatchCost: batchCostSchema,
  BatchEvent: batchEventSchema,
  BatchStatus: batchStatusSchema,
  Block: blockSchema,
  BlockEvent: blockEventSchema,
  BlockStatus: blockStatusSchema,
  Chains: chainsSchema,
  CommittedBatch: committedBatchSchema,
  DepositsPage: depositsSchema,
  EntryEvent: entryEventSchema,
  Event: eventSchema,
  EventsPage: eventsSchema,
  Failure: errorSchema,
  FeeQuote: feeQuoteSchema,
  Health: healthSchema,
  HeartbeatEvent: heartbeatSchema,
  HistoryEntry: historyEntrySchema,
  HistoryPage: historyPageSchema,
  Inclusion: inclusionSchema,
  LedgerEntry: ledgerEntrySchema,
  Link: linkSchema,
  NewPaymentRequest: newPaymentRequestSchema,
  Payment: paymentSchema,
  PaymentRequest: paymentRequestSchema,
  Payout: payoutSchema,
  Proofs: proofsSchema,
  Provers: proversSchema,
  QueueEntry: queueEntrySchema,
  Readiness: readinessSchema,
  Receipt: receiptSchema,
  ResetEvent: resetEventSchema,
  Rollup: rollupSchema,
  SearchResult: searchResultSchema,
  SignedTransaction: signedTransactionSchema,
  SignedTransfer: SIGNED_BY_KIND.transfer,
  SignedTransferToNew: SIGNED_BY_KIND.transferToNew,
  SignedWithdrawal: SIGNED_BY_KIND.withdraw,
  Stats: statsSchema,
  StreamMessage: streamMessageSchema,
  SubmitRequest: submitRequestSchema,
  SubmitResponse: submitResponseSchema,
  Token: tokenSchema,
  Transaction: transactionSchema,
  TransactionKind: transactionKindSchema,
  TransactionStatus: transactionStatusSchema,
  TransactionSummary: transactionSummarySchema,
  PaidRequest: paidRequestSchema,
  Webhook: webhookSchema,
  WebhookDelivery: webhookDeliverySchema,
  WebhookMessage: webhookMessageSchema,
  WebhookType: webhookTypeSchema,
} as const satisfies Record<string, z.ZodMiniType>;

/** Names of parts of schemas that read better than those of schema and property together. */
const PART_NAMES: Readonly<Record<string, string>> = {
  BatchIncome: "Income",
  BlockBatch: "BatchOfBlock",
  FailureError: "Problem",
  FeeQuoteParts: "FeeParts",
  LedgerEntryFrom: "Party",
  LedgerEntryTo: "Party",
  LedgerEntryPayout: "PayoutOfEntry",
  PayoutBatch: "BatchOfPayout",
  ProversProver: "Prover",
  ProverWorking: "ProofInWork",
  ProverMade: "ProofsMade",
  ProversWaiting: "ProofsWaiting",
  QueueEntryOutcome: "Outcome",
  ReadinessParts: "PartReadiness",
  RollupProvableBatches: "BatchRange",
  StatsLastDay: "Activity",
  StatsLastHour: "Activity",
  StatsRecentIncome: "Income",
  SubmitResponseTransaction: "Acknowledgement",
};

describeEvents();
for (const [id, schema] of Object.entries<z.ZodMiniType>(SCHEMAS))
  z.globalRegistry.add(schema, { ...z.globalRegistry.get(schema), id });

/** Schema that accepts every value. Under a name, because some generators take an unnamed one for text. */
const ANYTHING = "AnyValue";
const INT32_MAX = 2 ** 31 - 1;

/**
 * How schemas are written, so that generators of clients in any language understand them: descriptions in full, tuples of
 * one kind as arrays of a fixed length, objects of anything as such, integers with their width, unions with the field that tells them apart, objects of
 * answers open to fields that come later, and fields with a default optional.
 */
const FORM = {
  unrepresentable: "any",
  override: ({ zodSchema, jsonSchema: schema }) => {
    const { description } = schema;
    if (description !== undefined) schema.description = description + (DETAILS[description] ?? "");
    const [first, ...others] = schema.prefixItems ?? [];
    if (first !== undefined && others.every((one) => JSON.stringify(one) === JSON.stringify(first))) {
      delete schema.prefixItems;
      Object.assign(schema, { items: first, minItems: 1 + others.length, maxItems: 1 + others.length });
    }
    if (schema.type === "integer") schema.format = (schema.maximum ?? Infinity) > INT32_MAX ? "int64" : "int32";
    const { def } = zodSchema._zod;
    if (def.type === "record" && isAnything(schema.additionalProperties)) {
      schema.additionalProperties = { $ref: reference(ANYTHING) };
      delete schema.propertyNames;
    }
    if (def.type === "union") Object.assign(schema, discriminatorOf(def));
    if (def.type === "object") {
      if (!("catchall" in def) || def.catchall === undefined) delete schema.additionalProperties;
      else schema.required = (schema.required ?? []).filter((name) => !hasDefault(schema.properties?.[name]));
    }
  },
} as const satisfies Parameters<typeof z.toJSONSchema>[1];

/** Whether a schema accepts every value. */
function isAnything(schema: unknown): boolean {
  return isObject(schema) && Object.keys(schema).length === 0;
}

function hasDefault(schema: unknown): boolean {
  return typeof schema === "object" && schema !== null && "default" in schema;
}

/** The field that tells the members of a union apart, and which value stands for which; nothing for other unions. */
function discriminatorOf(def: z.core.$ZodUnionDef & { readonly discriminator?: string }): JsonObject {
  const { discriminator: propertyName, options } = def;
  if (propertyName === undefined) return {};
  const mapping = options.flatMap((option) => {
    const id = z.globalRegistry.get(option)?.id;
    return [...(option._zod.propValues?.[propertyName] ?? [])].map((value) => [String(value), reference(id ?? "")]);
  });
  return { discriminator: { propertyName, mapping: Object.fromEntries(mapping) } };
}

/** Reference to a named schema. */
export function reference(name: string): string {
  return `#/components/schemas/${name}`;
}

/** Schemas by name. */
export type NamedSchemas = Record<string, JsonObject>;

/** The named schemas, and every object inside them under a name of its own. */
export function namedSchemas(): NamedSchemas {
  const { schemas } = z.toJSONSchema(z.globalRegistry, { ...FORM, uri: reference, io: "output" });
  const named: NamedSchemas = { [ANYTHING]: {} };
  for (const [name, { $schema: _dialect, $id: _id, ...schema }] of Object.entries(schemas))
    named[name] = withNamedParts(plain(schema), name, named);
  return named;
}

/**
 * The schema of the parsed value; named parts become references, and an object without a name gets one, which is added to
 * `named`.
 */
export function jsonSchema(
  schema: z.core.$ZodType,
  { io = "output", name, named = {} }: { io?: "input" | "output"; name?: string; named?: NamedSchemas } = {},
): JsonObject {
  const { $schema: _dialect, $defs: _named, ...document } = z.toJSONSchema(schema, { ...FORM, io });
  const rewritten = plain(document);
  return name === undefined ? rewritten : namePart(rewritten, name, named);
}

/** A copy with references as the document writes them. */
function plain(schema: object): JsonObject {
  const text = JSON.stringify(schema, (key, part: unknown) =>
    key === "$ref" && typeof part === "string" ? part.replace("#/$defs/", reference("")) : part,
  );
  return JSON.parse(text) as JsonObject;
}

/** Objects below a schema as references to named schemas. */
function withNamedParts(schema: JsonObject, name: string, named: NamedSchemas): JsonObject {
  const inside = (part: unknown, partName: string) => (isObject(part) ? namePart(part, partName, named) : part);
  const { properties, items, additionalProperties, anyOf } = schema;
  return {
    ...schema,
    ...(isObject(properties) && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([key, part]) => [key, inside(part, name + capitalised(key))]),
      ),
    }),
    ...(items !== undefined && { items: inside(items, name.replace(/s$/, "")) }),
    ...(isObject(additionalProperties) && { additionalProperties: inside(additionalProperties, name) }),
    // Null beside something, which keeps its name.
    ...(Array.isArray(anyOf) && { anyOf: anyOf.map((part) => inside(part, name)) }),
  };
}

function namePart(schema: JsonObject, path: string, named: NamedSchemas): JsonObject {
  const wanted = PART_NAMES[path] ?? path;
  const content = withNamedParts(schema, wanted, named);
  if (schema.properties === undefined) return content;
  const isTaken = named[wanted] !== undefined && JSON.stringify(named[wanted]) !== JSON.stringify(content);
  const name = isTaken ? path : wanted;
  named[name] = content;
  return { $ref: reference(name) };
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** With a capital letter at the beginning. */
export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
