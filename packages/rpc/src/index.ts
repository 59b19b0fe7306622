export {
  type AccountProof,
  type AccountProofJson,
  accountProofFromJson,
  accountProofSchema,
  accountProofToJson,
} from "./account-proofs.ts";
export { type CommittedBatch, type CommittedBatchJson, committedBatchSchema } from "./committed-batch.ts";
export { API_ERRORS, type ApiErrorCode, type ApiErrorEntry, isRetryableFailure } from "./errors.ts";
export {
  batchEventSchema,
  blockEventSchema,
  entryEventSchema,
  eventSchema,
  type LogEvent,
  type StreamMessage,
  streamMessageSchema,
  streamQuerySchema,
} from "./events.ts";
export { balanceSchema, entryTypeSchema, historyPageSchema, historyQuerySchema, ledgerEntrySchema } from "./history.ts";
export { ENGLISH } from "./messages.ts";
export { openApiDocument } from "./openapi.ts";
export type { JsonObject } from "./openapi-schemas.ts";
export { MAX_PAGE } from "./paging.ts";
export { MAX_MEMO_BYTES, memoSchema, newPaymentRequestSchema, paymentRequestSchema } from "./payment-requests.ts";
export {
  type ReceiptJson,
  receiptFromJson,
  receiptSchema,
  receiptToJson,
  type TransactionReceipt,
} from "./receipts.ts";
export {
  accountSchema,
  batchSchema,
  batchStatusSchema,
  blockSchema,
  errorSchema,
  feeQuoteSchema,
  healthSchema,
  payoutSchema,
  queueEntrySchema,
  readinessSchema,
  rollupSchema,
} from "./resources.ts";
export type { ClientRequest, RouteRequest, RouteResponse } from "./route-types.ts";
export {
  IDEMPOTENCY_HEADER,
  ROUTES,
  type RouteDefinition,
  type RouteName,
  STREAM_PATH,
  type WebhookRouteName,
} from "./routes.ts";
export {
  type SignedTransactionJson,
  signedTransactionFromJson,
  signedTransactionSchema,
  signedTransactionToJson,
  submitRequestSchema,
  submitResponseSchema,
  type TransactionStatus,
  transactionSchema,
  transactionStatusSchema,
} from "./transactions.ts";
export { bigintToWord, wordToBigint } from "./values.ts";
export {
  WEBHOOK_ROUTES,
  WEBHOOK_TYPES,
  type Webhook,
  type WebhookMessage,
  type WebhookType,
  webhookDeliverySchema,
  webhookMessageSchema,
  webhookSchema,
} from "./webhooks.ts";
