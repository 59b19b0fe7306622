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
import { receiptSchema } from "./receipts.ts";
import {
  accountSchema,
  batchSchema,
  blockSchema,
  feeQuoteSchema,
  healthSchema,
  PAYOUT_STATUSES,
  payoutSchema,
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

/** One operation of the API: its arguments, answer and failures. */
export interface RouteDefinition {
  readonly method: "GET" | "POST";
  /** Path parameters as `:name`. */
  readonly path: `/${string}`;
  readonly summary: string;
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
  "the client's own name for the payment, 1 to 255 visible ASCII characters: while what was submitted under it has run or may still run, the sender's account can submit nothing else under it",
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
    summary: "Submit one transaction, or linked ones that run together; an answer means that it is stored durably",
    headers: z.object({ [IDEMPOTENCY_HEADER]: idempotencyKeySchema }),
    body: submitRequestSchema,
    response: submitResponseSchema,
    errors: ["bad-request", "too-large", "unsupported-media", "rejected", "overloaded", "unavailable", "internal"],
  },
  transaction: {
    method: "GET",
    path: "/v1/transactions/:id",
    summary: "A transaction with its status and history",
    params: z.object({ id: wordSchema }),
    response: transactionSchema,
    errors: FIND,
  },
  receipt: {
    method: "GET",
    path: "/v1/transactions/:id/receipt",
    summary:
      "Proof that a batch on L1 contains the transaction, of any batch that the node has; `not-accepted` until L1 has accepted it",
    params: z.object({ id: wordSchema }),
    response: receiptSchema,
    errors: PROVE,
  },
  quote: {
    method: "GET",
    path: "/v1/fees/quote",
    summary: "What a transaction of a kind would cost now, in the token's smallest unit",
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
    summary: "Accounts of an owner, oldest first; anyone can open accounts for an owner, so there may be many pages",
    query: z.object({
      owner: addressSchema,
      tokenId: z.optional(z.pipe(digits, tokenIdSchema)),
      key: z.optional(described(wordSchema, "only accounts with this key; 0 for those without one")),
      ownerKey: z.optional(
        described(
          z.pipe(
            z.enum(["true", "false"]),
            z.transform((value) => value === "true"),
          ),
          "only accounts whose key the owner authorised on L1, or only others",
        ),
      ),
      from: described(z.optional(digits), "only accounts with this index or a higher one"),
      cursor,
      limit: limitWith(MAX_PAGE),
    }),
    response: z.object({ accounts: z.array(accountSchema), next: nextOfPart }),
    errors: READ,
  },
  account: {
    method: "GET",
    path: "/v1/accounts/:index",
    summary: "An account, the open block included",
    params: z.object({ index: accountDigits }),
    response: accountSchema,
    errors: FIND,
  },
  accountProof: {
    method: "GET",
    path: "/v1/accounts/:index/proof",
    summary: "Proof of an account, or that there is none, after one of the last 64 batches that L1 accepted",
    params: z.object({ index: accountDigits }),
    query: z.object({
      batch: described(z.optional(digits), "the newest if absent"),
      state: described(z.optional(z.enum(["accepted", "sealed"])), "sealed: after the last sealed block instead"),
    }),
    response: accountProofSchema,
    errors: [...READ, "not-accepted", "gone"],
  },
  accountHistory: {
    method: "GET",
    path: "/v1/accounts/:index/history",
    summary: "All that happened to an account, newest first: transactions, deposits, requests, fees",
    params: z.object({ index: accountDigits }),
    query: historyQuerySchema,
    response: historyPageSchema,
    errors: FIND,
  },
  ownerHistory: {
    method: "GET",
    path: "/v1/owners/:owner/history",
    summary:
      "All that happened to an L1 address and its accounts, newest first: also its payouts and what waits in the L1 queue",
    params: owner,
    query: historyQuerySchema,
    response: historyPageSchema,
    errors: READ,
  },
  ownerBalances: {
    method: "GET",
    path: "/v1/owners/:owner/balances",
    summary: "What an owner has, summed up by token, the open block included",
    params: owner,
    query: balancesQuerySchema,
    response: balancesSchema,
    errors: READ,
  },
  deposits: {
    method: "GET",
    path: "/v1/deposits",
    summary: "Deposits and the accounts that they made, newest first; those of an owner, or of an L1 transaction",
    query: depositsQuerySchema,
    response: depositsSchema,
    errors: READ,
  },
  referenceTransactions: {
    method: "GET",
    path: "/v1/references/:reference/transactions",
    summary: "Transactions with a payment reference, newest first; anyone may use any reference",
    params: z.object({ reference: referenceSchema }),
    query: z.object(page),
    response: z.object({ transactions: z.array(transactionSummarySchema), next }),
    errors: READ,
  },
  blocks: {
    method: "GET",
    path: "/v1/blocks",
    summary: "Blocks, newest first",
    query: z.object(page),
    response: z.object({ blocks: z.array(blockSchema), next }),
    errors: READ,
  },
  block: {
    method: "GET",
    path: "/v1/blocks/:number",
    summary: "A block",
    params: z.object({ number: digits }),
    response: blockSchema,
    errors: FIND,
  },
  blockTransactions: {
    method: "GET",
    path: "/v1/blocks/:number/transactions",
    summary: "The L2 transactions of a block by slot",
    params: z.object({ number: digits }),
    response: z.object({ transactions: z.array(transactionSummarySchema) }),
    errors: FIND,
  },
  blockOperations: {
    method: "GET",
    path: "/v1/blocks/:number/operations",
    summary: "The L1 operations of a block with what they did, in the order of the queue",
    params: z.object({ number: digits }),
    response: z.object({ entries: z.array(queueEntrySchema) }),
    errors: FIND,
  },
  slotReceipt: {
    method: "GET",
    path: "/v1/blocks/:number/slots/:slot/receipt",
    summary: "Proof that a batch on L1 contains the transaction in a slot, known by its id or not",
    params: z.object({ number: digits, slot: digits }),
    response: receiptSchema,
    errors: PROVE,
  },
  batches: {
    method: "GET",
    path: "/v1/batches",
    summary: "Batches, newest first",
    query: z.object(page),
    response: z.object({ batches: z.array(batchSchema), next }),
    errors: READ,
  },
  batch: {
    method: "GET",
    path: "/v1/batches/:firstBlock",
    summary: "The batch that begins with a block",
    params: z.object({ firstBlock: digits }),
    response: batchSchema,
    errors: FIND,
  },
  payouts: {
    method: "GET",
    path: "/v1/payouts",
    summary: "Payouts, newest block first",
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
    summary: "Entries of the L1 queue, oldest first",
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
    summary: "The entry at a position of the L1 queue",
    params: z.object({ position: digits }),
    response: queueEntrySchema,
    errors: FIND,
  },
  tokens: {
    method: "GET",
    path: "/v1/tokens",
    summary: "Tokens that anyone registered, by number, as their contracts describe themselves",
    query: z.object(page),
    response: z.object({ tokens: z.array(tokenSchema), next }),
    errors: READ,
  },
  token: {
    method: "GET",
    path: "/v1/tokens/:id",
    summary: "A token as its contract describes itself",
    params: z.object({ id: z.pipe(digits, tokenIdSchema) }),
    response: tokenSchema,
    errors: FIND,
  },
  search: {
    method: "GET",
    path: "/v1/search",
    summary:
      "What a number, hash, address or payment reference names: a transaction, block, batch, account, owner, reference, queue entry, payout or token",
    query: z.object({ q: described(searchTextSchema, "as people copy it; spaces around it do not count") }),
    response: z.object({ results: z.array(searchResultSchema) }),
    errors: READ,
  },
  stats: {
    method: "GET",
    path: "/v1/stats",
    summary: "What happens in the rollup and what it costs, at most five seconds old",
    response: statsSchema,
    errors: READ,
  },
  provers: {
    method: "GET",
    path: "/v1/provers",
    summary: "Who makes proofs, by those that the node still keeps: of blocks that are not final",
    response: proversSchema,
    errors: READ,
  },
  events: {
    method: "GET",
    path: "/v1/events",
    summary:
      "What happened, oldest first, as the stream tells it: everything, or what concerns an account, owner or reference",
    query: eventsQuerySchema,
    response: eventsSchema,
    errors: READ,
  },
  rollup: {
    method: "GET",
    path: "/v1/rollup",
    summary: "Parameters of the rollup and the progress of the chain",
    response: rollupSchema,
    errors: READ,
  },
  health: {
    method: "GET",
    path: "/health",
    summary: "Whether the process is alive",
    response: healthSchema,
    errors: ["internal"],
  },
  ready: {
    method: "GET",
    path: "/ready",
    summary: "Whether every part can do its work; 503 when one cannot",
    response: readinessSchema,
    errors: ["internal"],
  },
} as const satisfies Record<string, RouteDefinition>;

/** Name of an operation. */
export type RouteName = keyof typeof ROUTES;

type Output<Route, Part extends string> = Part extends keyof Route
  ? Route[Part] extends z.ZodMiniType
    ? z.output<Route[Part]>
    : undefined
  : undefined;
type Input<Route, Part extends string> = Part extends keyof Route
  ? Route[Part] extends z.ZodMiniType
    ? z.input<Route[Part]>
    : undefined
  : undefined;

/** What a server's handler gets, after validation. */
export interface RouteRequest<Name extends RouteName> {
  readonly params: Output<(typeof ROUTES)[Name], "params">;
  readonly query: Output<(typeof ROUTES)[Name], "query">;
  readonly body: Output<(typeof ROUTES)[Name], "body">;
  readonly headers?: Output<(typeof ROUTES)[Name], "headers">;
}

/** What a client sends. */
export interface ClientRequest<Name extends RouteName> {
  readonly params: Input<(typeof ROUTES)[Name], "params">;
  readonly query: Input<(typeof ROUTES)[Name], "query">;
  readonly body: Input<(typeof ROUTES)[Name], "body">;
}

/** What an operation answers. */
export type RouteResponse<Name extends RouteName> = z.output<(typeof ROUTES)[Name]["response"]>;
