import * as z from "zod/mini";
import { accountProofSchema } from "./account-proofs.ts";
import type { ApiErrorCode } from "./errors.ts";
import { eventsQuerySchema, eventsSchema } from "./events.ts";
import {
  balancesQuerySchema,
  balancesSchema,
  depositsQuerySchema,
  depositsSchema,
  historyPageSchema,
  historyQuerySchema,
} from "./history.ts";
import { cursor, digits, limitWith, MAX_PAGE, next, nextOfPart, page } from "./paging.ts";
import { memoSchema, newPaymentRequestSchema, paymentRequestSchema } from "./payment-requests.ts";
import { receiptSchema } from "./receipts.ts";
import {
  accountSchema,
  batchSchema,
  blockSchema,
  feeQuoteSchema,
  healthSchema,
  PAYOUT_STATUSES,
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
  referenceSchema,
  submitRequestSchema,
  submitResponseSchema,
  transactionKindSchema,
  transactionSchema,
  transactionSummarySchema,
} from "./transactions.ts";
import { addressSchema, countSchema, described, indexSchema, tokenIdSchema, wordSchema } from "./values.ts";
import type { WEBHOOK_ROUTES } from "./webhooks.ts";

/** One operation of the API: its arguments, answer and failures. */
export interface RouteDefinition {
  readonly method: "GET" | "POST" | "DELETE";
  /** Path parameters as `:name`. */
  readonly path: `/${string}`;
  readonly params?: z.ZodMiniObject;
  readonly query?: z.ZodMiniObject;
  /** Headers of the request, in lower case. */
  readonly headers?: z.ZodMiniObject;
  readonly body?: z.ZodMiniType;
  readonly response: z.ZodMiniType;
  readonly errors: readonly ApiErrorCode[];
}

const accountDigits = z.pipe(digits, indexSchema);
const owner = z.object({ owner: addressSchema });
const searchTextSchema = z.string().check(z.trim(), z.minLength(1), z.maxLength(100));
const READ = ["bad-request", "unavailable", "internal"] as const;
const FIND = [...READ, "not-found"] as const;
const PROVE = [...FIND, "not-accepted"] as const;

/** Header with the client's own name for a payment. */
export const IDEMPOTENCY_HEADER = "idempotency-key";
const idempotencyKeySchema = described(
  z.optional(z.string().check(z.regex(/^[\x21-\x7e]{1,255}$/))),
  "the client's own name for the payment",
);

/** Path of the WebSocket stream. */
export const STREAM_PATH = "/v1/stream";

/** Failures that every path may answer with, besides its own. */
export const COMMON_ERRORS = [
  "method-not-allowed",
  "request-timeout",
  "uri-too-long",
  "headers-too-large",
  "rate-limited",
] as const satisfies readonly ApiErrorCode[];

/** The API, operation by operation; server, OpenAPI document and client types are made from it. */
export const ROUTES = {
  submit: {
    method: "POST",
    path: "/v1/transactions",
    headers: z.object({ [IDEMPOTENCY_HEADER]: idempotencyKeySchema }),
    body: submitRequestSchema,
    response: submitResponseSchema,
    errors: ["bad-request", "too-large", "unsupported-media", "rejected", "overloaded", "unavailable", "internal"],
  },
  transaction: {
    method: "GET",
    path: "/v1/transactions/:id",
    params: z.object({ id: wordSchema }),
    response: transactionSchema,
    errors: FIND,
  },
  receipt: {
    method: "GET",
    path: "/v1/transactions/:id/receipt",
    params: z.object({ id: wordSchema }),
    response: receiptSchema,
    errors: PROVE,
  },
  quote: {
    method: "GET",
    path: "/v1/fees/quote",
    query: z.object({
      kind: transactionKindSchema,
      tokenId: z.pipe(digits, tokenIdSchema),
    }),
    response: feeQuoteSchema,
    errors: FIND,
  },
  accounts: {
    method: "GET",
    path: "/v1/accounts",
    query: z.object({
      owner: addressSchema,
      tokenId: z.optional(z.pipe(digits, tokenIdSchema)),
      key: described(z.optional(wordSchema), "only accounts with this key"),
      ownerKey: z.optional(
        described(
          z.pipe(
            z.enum(["true", "false"]),
            z.transform((value) => value === "true"),
          ),
          "only accounts whose key",
        ),
      ),
      from: described(z.optional(digits), "only accounts with this index"),
      cursor,
      limit: limitWith(MAX_PAGE),
    }),
    response: z.object({ accounts: z.array(accountSchema), next: nextOfPart }),
    errors: READ,
  },
  account: {
    method: "GET",
    path: "/v1/accounts/:index",
    params: z.object({ index: accountDigits }),
    response: accountSchema,
    errors: FIND,
  },
  accountProof: {
    method: "GET",
    path: "/v1/accounts/:index/proof",
    params: z.object({ index: accountDigits }),
    query: z.object({
      batch: described(z.optional(digits), "the newest if absent"),
      state: described(z.optional(z.enum(["accepted", "sealed"])), "sealed: after the last sealed block"),
    }),
    response: accountProofSchema,
    errors: [...READ, "not-accepted", "gone"],
  },
  accountHistory: {
    method: "GET",
    path: "/v1/accounts/:index/history",
    params: z.object({ index: accountDigits }),
    query: historyQuerySchema,
    response: historyPageSchema,
    errors: FIND,
  },
  ownerHistory: {
    method: "GET",
    path: "/v1/owners/:owner/history",
    params: owner,
    query: historyQuerySchema,
    response: historyPageSchema,
    errors: READ,
  },
  ownerBalances: {
    method: "GET",
    path: "/v1/owners/:owner/balances",
    params: owner,
    query: balancesQuerySchema,
    response: balancesSchema,
    errors: READ,
  },
  deposits: {
    method: "GET",
    path: "/v1/deposits",
    query: depositsQuerySchema,
    response: depositsSchema,
    errors: READ,
  },
  referenceTransactions: {
    method: "GET",
    path: "/v1/references/:reference/transactions",
    params: z.object({ reference: referenceSchema }),
    query: z.object(page),
    response: z.object({ transactions: z.array(transactionSummarySchema), next }),
    errors: READ,
  },
  requestPayment: {
    method: "POST",
    path: "/v1/requests",
    body: newPaymentRequestSchema,
    response: paymentRequestSchema,
    errors: ["bad-request", "too-large", "unsupported-media", "rejected", "overloaded", "unavailable", "internal"],
  },
  paymentRequest: {
    method: "GET",
    path: "/v1/requests/:id",
    params: z.object({ id: wordSchema }),
    response: paymentRequestSchema,
    errors: FIND,
  },
  storeMemo: {
    method: "POST",
    path: "/v1/memos",
    body: z.strictObject({ memo: memoSchema }),
    response: z.object({ reference: referenceSchema }),
    errors: [...FIND, "too-large", "unsupported-media"],
  },
  memo: {
    method: "GET",
    path: "/v1/memos/:reference",
    params: z.object({ reference: referenceSchema }),
    response: z.object({ memo: memoSchema }),
    errors: FIND,
  },
  blocks: {
    method: "GET",
    path: "/v1/blocks",
    query: z.object(page),
    response: z.object({ blocks: z.array(blockSchema), next }),
    errors: READ,
  },
  block: {
    method: "GET",
    path: "/v1/blocks/:number",
    params: z.object({ number: digits }),
    response: blockSchema,
    errors: FIND,
  },
  blockTransactions: {
    method: "GET",
    path: "/v1/blocks/:number/transactions",
    params: z.object({ number: digits }),
    response: z.object({ transactions: z.array(transactionSummarySchema) }),
    errors: FIND,
  },
  blockOperations: {
    method: "GET",
    path: "/v1/blocks/:number/operations",
    params: z.object({ number: digits }),
    response: z.object({ entries: z.array(queueEntrySchema) }),
    errors: FIND,
  },
  slotReceipt: {
    method: "GET",
    path: "/v1/blocks/:number/slots/:slot/receipt",
    params: z.object({ number: digits, slot: digits }),
    response: receiptSchema,
    errors: PROVE,
  },
  batches: {
    method: "GET",
    path: "/v1/batches",
    query: z.object(page),
    response: z.object({ batches: z.array(batchSchema), next }),
    errors: READ,
  },
  batch: {
    method: "GET",
    path: "/v1/batches/:firstBlock",
    params: z.object({ firstBlock: digits }),
    response: batchSchema,
    errors: FIND,
  },
  payouts: {
    method: "GET",
    path: "/v1/payouts",
    query: z.object({
      recipient: z.optional(addressSchema),
      status: z.optional(z.enum(PAYOUT_STATUSES)),
      block: described(z.optional(digits), "only those of this block"),
      ...page,
    }),
    response: z.object({ payouts: z.array(payoutSchema), next }),
    errors: READ,
  },
  queue: {
    method: "GET",
    path: "/v1/queue",
    query: z.object({ from: described(z._default(digits, 0), "only those from this position on"), ...page }),
    response: z.object({
      entries: z.array(queueEntrySchema),
      processed: described(countSchema, "entries that blocks have consumed"),
      next,
    }),
    errors: READ,
  },
  queueEntry: {
    method: "GET",
    path: "/v1/queue/:position",
    params: z.object({ position: digits }),
    response: queueEntrySchema,
    errors: FIND,
  },
  tokens: {
    method: "GET",
    path: "/v1/tokens",
    query: z.object(page),
    response: z.object({ tokens: z.array(tokenSchema), next }),
    errors: READ,
  },
  token: {
    method: "GET",
    path: "/v1/tokens/:id",
    params: z.object({ id: z.pipe(digits, tokenIdSchema) }),
    response: tokenSchema,
    errors: FIND,
  },
  search: {
    method: "GET",
    path: "/v1/search",
    query: z.object({ q: described(searchTextSchema, "as people copy it") }),
    response: z.object({ results: z.array(searchResultSchema) }),
    errors: READ,
  },
  stats: {
    method: "GET",
    path: "/v1/stats",
    response: statsSchema,
    errors: READ,
  },
  provers: {
    method: "GET",
    path: "/v1/provers",
    response: proversSchema,
    errors: READ,
  },
  proofs: {
    method: "GET",
    path: "/v1/proofs",
    query: z.object({ firstBlock: described(z.optional(digits), "first of the blocks") }),
    response: proofsSchema,
    errors: READ,
  },
  events: {
    method: "GET",
    path: "/v1/events",
    query: eventsQuerySchema,
    response: eventsSchema,
    errors: READ,
  },
  rollup: {
    method: "GET",
    path: "/v1/rollup",
    response: rollupSchema,
    errors: READ,
  },
  health: {
    method: "GET",
    path: "/health",
    response: healthSchema,
    errors: ["internal"],
  },
  ready: {
    method: "GET",
    path: "/ready",
    response: readinessSchema,
    errors: ["internal"],
  },
} as const satisfies Record<string, RouteDefinition>;

/** Name of an operation that anyone may call. */
export type RouteName = keyof typeof ROUTES;
/** Name of an operation of the node's operator about webhooks. */
export type WebhookRouteName = keyof typeof WEBHOOK_ROUTES;
