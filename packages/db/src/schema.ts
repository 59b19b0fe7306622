import type { DataSource, LastCircuit } from "@cairn/protocol";
import type { ColumnType, Generated, JSONColumnType } from "kysely";
import type { EventsTable } from "./event-table.ts";
import type { L1AttemptsTable, L1SidecarsTable, L1TransactionsTable } from "./l1-tables.ts";
import type { WebhookMessagesTable, WebhooksTable } from "./webhook-tables.ts";

/** Bytes of fixed meaning; node-postgres answers with Buffers, which are Uint8Arrays. */
type Bytes = Uint8Array;
/** u128 and larger: decimal digits. */
type Decimal = ColumnType<string, string, string>;
/** Any JSON value. */
type Json = JSONColumnType<object, string, string>;

/** Status of a transaction by itself; `proven` and `final` follow from its block. */
export type StoredTransactionStatus = "received" | "confirmed" | "rejected" | "replaced" | "expired";
/** Status of a block. */
export type BlockStatus = "open" | "sealed" | "proven" | "final";
/** Status of a payout on L1. */
export type PayoutStatus = "owed" | SettlementStatus | "skipped";
/**
 * What L1 did with a payout. `settled` is one of the other two: L1 had forgotten which when the node was restored, and no
 * archive said it.
 */
export type SettlementStatus = "paid" | "claimable" | "settled";
/** Who made a block: this node, or someone whose batch L1 accepted. */
export type BlockOrigin = "own" | "l1";
/** What a proof is directly about: one block, proofs of consecutive blocks, or a whole batch as L1 verifies it. */
export type ProofKind = "block" | "merge" | "batch";

interface SettingsTable {
  key: string;
  value: Json;
}

interface TransactionsTable {
  /** The message hash m, 32 bytes. */
  id: Bytes;
  /** Place in the order of execution; kept when the transaction returns to the pool. */
  sequence: number;
  /** Id of the group's first transaction; its own id when alone. */
  group_id: Bytes;
  group_position: number;
  group_size: number;
  /** In the order of arrival; unlike the sequence it never changes. */
  entry: Generated<number>;
  /** As in signed-transaction.ts. */
  signed: Bytes;
  from_index: number;
  /** Owner of the sender's account, when it was last looked at. */
  from_owner: Bytes;
  to_index: number | null;
  /** Owner of the receiver's account, as signed; null for a withdrawal. */
  to_owner: Bytes | null;
  nonce: number;
  token_id: number;
  valid_until: number;
  /** 31 bytes; null for none. */
  reference: Bytes | null;
  status: StoredTransactionStatus;
  block_number: number | null;
  slot: number | null;
  /** Decoded, once executed. */
  amount: Decimal | null;
  fee: Decimal | null;
  created_index: number | null;
  rejection: JSONColumnType<object, string | null, string | null> | null;
  received_at_ms: number;
  /** A block made by others holds it, and its reference and id are its sender's word: L1 has neither. */
  is_recalled: Generated<boolean>;
}

interface IdempotencyKeysTable {
  /** Of whoever signs first. */
  account: number;
  key: string;
  /** Of the transactions that it stands for, 32 bytes each. */
  ids: Bytes;
  bound_at_ms: number;
}

interface TransactionEventsTable {
  event: Generated<number>;
  transaction_id: Bytes;
  at_ms: number;
  type: string;
  details: Json;
}

interface BlocksTable {
  number: number;
  status: BlockStatus;
  origin: Generated<BlockOrigin>;
  /** Seconds, as in the proof. */
  timestamp: number;
  slot_count: number;
  /** Accounts that receive fees. */
  fee_accounts: JSONColumnType<number[], string, string>;
  /** Number of queue entries before the block, and those it consumes. */
  first_queue_index: number;
  l1_operation_count: number;
  queue_hash_after: Bytes;
  opened_at_ms: number;
  old_root: Bytes | null;
  old_next_index: number | null;
  new_root: Bytes | null;
  new_next_index: number | null;
  /** Its rows, as `cellsToBytes` of the protocol. */
  cells: Bytes | null;
  /** The four chains after it, 32 bytes each: data, l1, payouts, blocks. */
  chains: Bytes | null;
  transaction_count: number;
  sealed_at_ms: number | null;
  proven_at_ms: number | null;
  final_at_ms: number | null;
}

interface QueueEntriesTable {
  /** Position in the L1 queue, from 0. */
  index: number;
  record: Bytes;
  hash_after: Bytes;
  /** Ethereum block that contains it. */
  l1_block: number;
  l1_block_hash: Bytes;
  l1_transaction: Bytes;
  /** Seconds, of that block. */
  enqueued_at: number;
  /** Whether its L1 block and transaction are an archive's word. */
  from_archive: Generated<boolean>;
}

/** What an L1 operation did. */
export type L1OutcomeType = "toppedUp" | "created" | "refunded" | "exited" | "keySet" | "noEffect";

interface L1OutcomesTable {
  /** Of the queue entry. */
  position: number;
  block_number: number;
  slot: number;
  type: L1OutcomeType;
  /** Account that it changed; null when none. */
  account: number | null;
  /** What was credited, refunded or paid out; null when nothing moved. */
  token_id: number | null;
  amount: ColumnType<string | null, string | null, string | null>;
  /** When L1 got the entry. */
  at_ms: number;
  /** Queue hash after the entry; null in rows from before events were logged. */
  hash_after: Bytes | null;
}

interface FeeCreditsTable {
  block_number: number;
  /** In the block's list of fee accounts. */
  position: number;
  account: number;
  owner: Bytes;
  token_id: number;
  amount: Decimal;
  /** The block's time. */
  at_ms: number;
}

interface ForeignTransactionsTable {
  block_number: number;
  slot: number;
  kind: "transfer" | "transferToNew" | "withdraw";
  from_index: number;
  from_owner: Bytes;
  /** Also of a created account; null for a withdrawal, like its owner. */
  to_index: number | null;
  to_owner: Bytes | null;
  /** L1 address of a withdrawal. */
  recipient: Bytes | null;
  token_id: number;
  amount: Decimal;
  fee: Decimal;
  /** The block's time. */
  at_ms: number;
}

interface L1BlocksTable {
  number: number;
  hash: Bytes;
  parent_hash: Bytes;
  timestamp: number;
}

interface WitnessesTable {
  block_number: number;
  /** What a prover needs, in the node's own encoding. */
  input: Bytes;
}

interface ProofsTable {
  id: Generated<number>;
  kind: ProofKind;
  /** Name of the circuit that proves it. */
  circuit: string;
  /** The blocks it covers. It goes with the last of them: blocks are dropped from one on. */
  first_block: number;
  last_block: number;
  /** The proof that verifies this one. */
  parent_id: number | null;
  /** What it states: words of 32 bytes. */
  public_inputs: Bytes;
  /** Null until it is made. */
  proof: Bytes | null;
  /** As the prover reported it with the proof. */
  details: JSONColumnType<object, string | null, string | null> | null;
  /** How often a prover began it, and how often L1 did not accept what was made. */
  attempts: Generated<number>;
  refusals: Generated<number>;
  /** Who began it last. */
  prover: string | null;
  created_at_ms: number;
  started_at_ms: number | null;
  made_at_ms: number | null;
}

interface BatchesTable {
  /** Identifies it: batches do not overlap. */
  first_block: number;
  /** It goes with this block. */
  last_block: number;
  circuit: LastCircuit;
  data_source: DataSource;
  /** Account that submits it, which the last proof names. */
  submitter: Bytes;
  data_commitment: Bytes;
  /** Identifies its content and who submits it. */
  point: Bytes;
  /** The last proof of its tree; null when others made the batch. */
  proof_id: number | null;
  closed_at_ms: number;
  /** Number given by the contract; null until accepted there. */
  number: number | null;
  l1_transaction: Bytes | null;
  l1_block: number | null;
  l1_block_hash: Bytes | null;
}

interface RejectedProofsTable {
  id: Generated<number>;
  /** Of its batch. */
  first_block: number;
  point: Bytes;
  proof: Bytes;
  /** As the prover reported it with the proof. */
  details: JSONColumnType<object, string | null, string | null> | null;
  rejected_at_ms: number;
}

interface AcceptedBatchesTable {
  /** Given by the contract. */
  number: number;
  first_block: number;
  last_block: number;
  submitter: Bytes;
  /** As `encodeBatchHeader` of the protocol. */
  header: Bytes;
  data_commitment: Bytes;
  payouts_hash: Bytes;
  /** As `cellsToBytes` and `encodePayoutList` of the protocol; null when the batch was stored here before. */
  cells: Bytes | null;
  payouts: Bytes | null;
  l1_transaction: Bytes;
  l1_block: number;
  l1_block_hash: Bytes;
  l1_timestamp: number;
  /** Whether submitter and place on L1 are an archive's word. */
  from_archive: Generated<boolean>;
}

interface SettlementsTable {
  /** Number given by the contract. */
  batch: number;
  position: number;
  status: SettlementStatus;
  /** Null where nobody says it any more. */
  l1_transaction: Bytes | null;
  /** Not after the block in which it happened, where that is not known. */
  l1_block: number;
  /** Whether all but its being settled is an archive's word. */
  from_archive: Generated<boolean>;
}

interface PayoutsTable {
  block_number: number;
  position: number;
  recipient: Bytes;
  token_id: number;
  amount: Decimal;
  status: PayoutStatus;
  l1_transaction: Bytes | null;
  l1_block: number | null;
  /** As in the settlement. */
  from_archive: Generated<boolean>;
  left_gas: Generated<number | null>;
  /** Of what caused it; null if unknown. */
  slot: number | null;
  /** Time, source and number of what caused it in histories: see history.ts. */
  at_ms: number;
  cause: number;
  cause_number: number;
}

interface PaymentRequestsTable {
  /** As `paymentRequestId` of the protocol. */
  id: Bytes;
  account: number;
  owner: Bytes;
  key: Bytes;
  token_id: number;
  amount: Decimal;
  /** 31 bytes. */
  reference: Bytes;
  /** Seconds. */
  expires_at: number;
  created_at_ms: number;
}

interface MemosTable {
  /** As `memoReference` of the protocol. */
  reference: Bytes;
  memo: string;
  stored_at_ms: number;
}

interface TokensTable {
  id: number;
  address: Bytes;
  /** As its contract says it, with any characters. */
  symbol: string | null;
  decimals: number | null;
  read_at_ms: number;
}

/**
 * Tables of the node. Amounts above 2^53 are decimal strings, hashes and addresses bytes, times milliseconds unless
 * named otherwise.
 */
export interface Tables {
  settings: SettingsTable;
  transactions: TransactionsTable;
  idempotency_keys: IdempotencyKeysTable;
  transaction_events: TransactionEventsTable;
  blocks: BlocksTable;
  queue_entries: QueueEntriesTable;
  l1_outcomes: L1OutcomesTable;
  fee_credits: FeeCreditsTable;
  foreign_transactions: ForeignTransactionsTable;
  l1_blocks: L1BlocksTable;
  witnesses: WitnessesTable;
  proofs: ProofsTable;
  batches: BatchesTable;
  rejected_proofs: RejectedProofsTable;
  accepted_batches: AcceptedBatchesTable;
  settlements: SettlementsTable;
  payouts: PayoutsTable;
  payment_requests: PaymentRequestsTable;
  memos: MemosTable;
  l1_transactions: L1TransactionsTable;
  l1_attempts: L1AttemptsTable;
  l1_sidecars: L1SidecarsTable;
  tokens: TokensTable;
  events: EventsTable;
  webhooks: WebhooksTable;
  webhook_messages: WebhookMessagesTable;
}
