import type { ColumnType, Generated } from "kysely";

/** Bytes of fixed meaning; node-postgres answers with Buffers, which are Uint8Arrays. */
type Bytes = Uint8Array;
/** u128 and larger: decimal digits. */
type Decimal = ColumnType<string, string, string>;

/** States of an L1 transaction; the table of transitions is in the node's publisher README. */
export type L1TransactionStatus = "prepared" | "sent" | "mined" | "final" | "failed" | "abandoned";
/** What an L1 transaction is for; `fillNonce` does nothing but fill a gap in the nonces. */
export type L1TransactionPurpose = "submitBatch" | "pay" | "fillNonce";
/**
 * What a signed version of an L1 transaction does: its call, or nothing, to use up the nonce of a call that became
 * pointless.
 */
export type L1AttemptKind = "call" | "cancel";
/** What the publisher sends to L1. */
export interface L1TransactionsTable {
  id: Generated<number>;
  purpose: L1TransactionPurpose;
  /** First block of the batch that it is about. */
  subject: number;
  /** Distinguishes concurrent transactions about one subject. */
  content: string;
  status: L1TransactionStatus;
  sender: Bytes;
  nonce: number;
  recipient: Bytes;
  data: Bytes;
  gas_limit: number;
  /** Versioned hash of the blob that it carries; null for an ordinary transaction. */
  blob_hash: Bytes | null;
  created_at_ms: number;
  updated_at_ms: number;
  mined_hash: Bytes | null;
  mined_block: number | null;
  mined_block_hash: Bytes | null;
  /** What its mined version cost, a cancellation too: gas, blob gas, and wei for both. */
  paid_gas: Generated<number | null>;
  paid_blob_gas: Generated<number | null>;
  paid_wei: ColumnType<string | null, string | null | undefined, string | null>;
  failure: string | null;
}

export interface L1AttemptsTable {
  transaction_id: number;
  attempt: number;
  hash: Bytes;
  /** The signed bytes, kept so that the very same transaction can be broadcast again. */
  raw: Bytes;
  max_fee_per_gas: Decimal;
  max_priority_fee_per_gas: Decimal;
  /** Of blob transactions only. */
  max_fee_per_blob_gas: ColumnType<string | null, string | null, string | null>;
  sent_at_ms: number | null;
  kind: L1AttemptKind;
  created_at_ms: number;
}

export interface L1SidecarsTable {
  transaction_id: number;
  /** As the publisher encodes it; gone once the transaction is final. */
  sidecar: Bytes;
}
