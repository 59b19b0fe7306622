import * as z from "zod/mini";
import type { ApiErrorCode } from "./errors.ts";
import { receiptSchema } from "./receipts.ts";
import {
  accountSchema,
  batchSchema,
  blockSchema,
  feeQuoteSchema,
  healthSchema,
  payoutSchema,
  queueEntrySchema,
  readinessSchema,
  rollupSchema,
} from "./resources.ts";
import {
  referenceSchema,
  submitRequestSchema,
  submitResponseSchema,
  transactionKindSchema,
  transactionSchema,
  transactionSummarySchema,
} from "./transactions.ts";
import {
  addressSchema,
  countSchema,
  described,
  indexSchema,
  payoutCursorSchema,
  tokenIdSchema,
  wordSchema,
} from "./values.ts";

/** One operation of the API: its arguments, answer and failures. */
export interface RouteDefinition {
  readonly method: "GET" | "POST";
  /** Path parameters as `:name`. */
  readonly path: `/${string}`;
  readonly summary: string;
  readonly params?: z.ZodMiniObject;
  readonly query?: z.ZodMiniObject;
  readonly body?: z.ZodMiniType;
  readonly response: z.ZodMiniType;
  readonly errors: readonly ApiErrorCode[];
}

const digits = z.pipe(z.pipe(z.string().check(z.regex(/^[0-9]{1,15}$/)), z.transform(Number)), countSchema);
const accountDigits = z.pipe(digits, indexSchema);

/** Entries of a page that a client may ask for. */
export const MAX_PAGE = 100;
const DEFAULT_PAGE = 25;

/**
 * Lists come in pages. An answer's `next` is null at the end of the list, else the cursor of the next page, for
 * `before` in lists that begin with the newest, for `from` in those that begin with the oldest.
 */
const limitWith = (size: number) =>
  described(z._default(z.pipe(digits, z.int().check(z.minimum(1), z.maximum(MAX_PAGE))), size), "entries of a page");
const limit = limitWith(DEFAULT_PAGE);
const page = {
  before: described(z.optional(digits), "`next` of the previous page; the newest entries if absent"),
  limit,
};
const next = described(z.nullable(countSchema), "`before` of the next page; null after the last");
const READ = ["bad-request", "unavailable", "internal"] as const;
const FIND = [...READ, "not-found"] as const;

/** Path of the WebSocket stream. */
export const STREAM_PATH = "/v1/stream";

/** Failures that every path may answer with, besides its own. */
export const COMMON_ERRORS = [
  "method-not-allowed",
  "request-timeout",
  "uri-too-long",
  "headers-too-large",
] as const satisfies readonly ApiErrorCode[];

/** The API, operation by operation; server, OpenAPI document and client types are made from it. */
export const ROUTES = {
  submit: {
    method: "POST",
    path: "/v1/transactions",
    summary: "Submit one transaction, or linked ones that run together; an answer means that it is stored durably",
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
    summary: "Proof that a batch on L1 contains the transaction; `not-found` until L1 has accepted its batch",
    params: z.object({ id: wordSchema }),
    response: receiptSchema,
    errors: FIND,
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
      from: described(z._default(digits, 0), "first index of the page: `next` of the previous page"),
      limit: limitWith(MAX_PAGE),
    }),
    response: z.object({
      accounts: z.array(accountSchema),
      next: described(
        z.nullable(z.int()),
        "where the next page begins, null after the last; a page may be short or empty before the end",
      ),
    }),
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
  accountTransactions: {
    method: "GET",
    path: "/v1/accounts/:index/transactions",
    summary: "Transactions of an account, newest first",
    params: z.object({ index: accountDigits }),
    query: z.object(page),
    response: z.object({ transactions: z.array(transactionSummarySchema), next }),
    errors: FIND,
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
      status: z.optional(z.enum(["owed", "paid", "claimable", "skipped"])),
      before: z.optional(payoutCursorSchema),
      limit,
    }),
    response: z.object({
      payouts: z.array(payoutSchema),
      next: described(z.nullable(z.string()), "`before` of the next page; null after the last"),
    }),
    errors: READ,
  },
  queue: {
    method: "GET",
    path: "/v1/queue",
    summary: "Entries of the L1 queue from a position on",
    query: z.object({ from: z._default(digits, 0), limit }),
    response: z.object({
      entries: z.array(queueEntrySchema),
      processed: described(countSchema, "entries that blocks have consumed"),
      next: described(z.nullable(countSchema), "`from` of the next page; null after the last"),
    }),
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
}

/** What a client sends. */
export interface ClientRequest<Name extends RouteName> {
  readonly params: Input<(typeof ROUTES)[Name], "params">;
  readonly query: Input<(typeof ROUTES)[Name], "query">;
  readonly body: Input<(typeof ROUTES)[Name], "body">;
}

/** What an operation answers. */
export type RouteResponse<Name extends RouteName> = z.output<(typeof ROUTES)[Name]["response"]>;
