import {
  DATA_SOURCE,
  type DataSource,
  L1_OPERATION_KINDS,
  LAST_CIRCUIT_TYPE,
  type LastCircuit,
  namesOf,
} from "@cairn/protocol";
import { z } from "zod";
import { API_ERRORS, type ApiErrorCode } from "./errors.ts";
import { transactionKindSchema, transactionStatusSchema } from "./transactions.ts";
import {
  addressSchema,
  amountSchema,
  bytesSchema,
  countSchema,
  fieldSchema,
  indexSchema,
  timeSchema,
  tokenIdSchema,
  wordSchema,
} from "./values.ts";

/** An account as the sequencer has it, the open block included. */
export const accountSchema = z.object({
  index: indexSchema,
  owner: addressSchema,
  tokenId: tokenIdSchema,
  nonce: countSchema,
  balance: amountSchema,
  key: fieldSchema.meta({ description: "x of the L2 public key; 0 means no key" }),
  ownerKey: z.boolean().meta({ description: "the owner authorised the key on L1" }),
});

/** What has become of a block. */
export const blockStatusSchema = z.enum(["open", "sealed", "proven", "final"]);

/** How far a batch is: its last proof is to be made; made; L1 has accepted the batch. */
export const batchStatusSchema = z.enum(["waiting", "ready", "accepted"]);

const LAST_CIRCUITS = Object.keys(LAST_CIRCUIT_TYPE) as [LastCircuit, ...LastCircuit[]];
const DATA_SOURCES = Object.keys(DATA_SOURCE) as [DataSource, ...DataSource[]];

/** The four chains that go on from block to block since genesis. */
export const chainsSchema = z.object({
  data: fieldSchema.meta({ description: "over the rows of all blocks" }),
  l1: fieldSchema.meta({ description: "over all L1 operations that blocks consumed" }),
  payouts: fieldSchema.meta({ description: "over all payouts" }),
  blocks: fieldSchema.meta({ description: "hash of the last block, which commits to every block before it" }),
});

/** A block. */
export const blockSchema = z.object({
  number: countSchema,
  status: blockStatusSchema,
  origin: z.enum(["own", "l1"]).optional().meta({
    description:
      "own: built by this node; l1: made by others, rebuilt from L1, which reveals neither the ids nor the times of its transactions",
  }),
  timestamp: countSchema.meta({ description: "seconds" }),
  slots: countSchema,
  l1Operations: countSchema,
  transactions: countSchema,
  oldRoot: wordSchema.nullable(),
  newRoot: wordSchema.nullable(),
  cells: bytesSchema.nullable().meta({
    description: "what the block publishes: 26 bytes a cell, the header cell first, without zero cells at the end",
  }),
  chains: chainsSchema.nullable().meta({ description: "after the block; their hash is the history" }),
  openedAtMs: timeSchema,
  sealedAtMs: timeSchema.nullable(),
  provenAtMs: timeSchema.nullable(),
  finalAtMs: timeSchema.nullable(),
  batch: z
    .object({
      firstBlock: countSchema,
      number: countSchema.nullable().meta({ description: "assigned by the contract" }),
      status: batchStatusSchema,
    })
    .nullable()
    .meta({ description: "the batch that holds the block; null until it is closed" }),
});

/** Consecutive blocks that L1 accepts together, under one last proof. */
export const batchSchema = z.object({
  firstBlock: countSchema,
  lastBlock: countSchema,
  blocks: countSchema.meta({ description: "how many" }),
  closedAtMs: timeSchema.meta({ description: "when it was decided that it consists of these blocks" }),
  circuit: z.enum(LAST_CIRCUITS).meta({ description: "whose verifier L1 asks about the last proof" }),
  dataSource: z.enum(DATA_SOURCES).meta({ description: "where the cells are" }),
  dataCommitment: wordSchema.meta({ description: "keccak256 of the data in calldata, or the blob's versioned hash" }),
  submitter: addressSchema,
  point: wordSchema.nullable().meta({
    description:
      "where L1 and proof compare the lists of the batch; null when others submitted this node's blocks to L1 in their own way",
  }),
  history: fieldSchema.nullable().meta({ description: "after the batch; null while L1 has revoked a batch of others" }),
  blocksRoot: fieldSchema.nullable().meta({
    description: "root of the tree over the block hashes, for receipts; null as `history`",
  }),
  status: batchStatusSchema,
  proof: z.record(z.string(), z.unknown()).nullable().meta({ description: "resources that making the proof took" }),
  readyAtMs: timeSchema.nullable().meta({ description: "when its last proof was made" }),
  number: countSchema.nullable().meta({ description: "assigned by the contract" }),
  l1Transaction: wordSchema.nullable(),
  l1Block: countSchema.nullable(),
});

/** What a block owes an L1 address. */
export const payoutSchema = z.object({
  block: countSchema,
  position: countSchema.meta({ description: "in the block's list" }),
  batch: z
    .object({
      firstBlock: countSchema,
      number: countSchema.nullable().meta({ description: "assigned by the contract" }),
      place: countSchema.meta({ description: "in the batch's list, as the contract's `pay` counts" }),
    })
    .nullable()
    .meta({ description: "the batch that holds the block; null until it is closed" }),
  recipient: addressSchema,
  tokenId: tokenIdSchema,
  amount: amountSchema,
  status: z.enum(["owed", "paid", "claimable", "skipped"]),
  leftGas: countSchema.nullable().meta({
    description:
      "gas that this owed payout would burn, because of which this node leaves it to others to pay; null when it does not",
  }),
  l1Transaction: wordSchema.nullable(),
});

/** An entry of the L1 queue. */
export const queueEntrySchema = z.object({
  position: countSchema,
  type: z.enum(namesOf(L1_OPERATION_KINDS)),
  owner: addressSchema.meta({ description: "owner of the credited account, or sender of the request" }),
  tokenId: tokenIdSchema.nullable(),
  amount: amountSchema.nullable(),
  index: indexSchema,
  key: fieldSchema.nullable(),
  l1Block: countSchema,
  l1Transaction: wordSchema,
  enqueuedAt: countSchema.meta({ description: "seconds" }),
  isProcessed: z.boolean().meta({ description: "a block has consumed it" }),
});

/** What a transaction would cost now. */
export const feeQuoteSchema = z.object({
  kind: transactionKindSchema,
  tokenId: tokenIdSchema,
  fee: amountSchema.meta({ description: "encodable as float16" }),
  minimumFee: amountSchema,
  parts: z.object({ data: amountSchema, proof: amountSchema, operator: amountSchema }),
  gasPriceWei: amountSchema,
});

/** What a client must know to sign and submit. */
export const rollupSchema = z.object({
  chainId: countSchema,
  rollup: addressSchema,
  slots: countSchema,
  nextIndex: countSchema,
  root: wordSchema.meta({ description: "after the last sealed block" }),
  lastBlock: countSchema,
  lastProvenBlock: countSchema,
  lastFinalBlock: countSchema,
  minValiditySeconds: countSchema,
  maxGroupSize: countSchema,
  feeTokens: z.array(tokenIdSchema),
});

/** Whether the process is alive. */
export const healthSchema = z.object({ status: z.literal("ok"), roles: z.array(z.string()), version: z.string() });

/** Whether it can do its work, part by part. */
export const readinessSchema = z.object({
  isReady: z.boolean(),
  parts: z.record(z.string(), z.object({ isReady: z.boolean(), state: z.string() })),
});

/** A failure. */
export const errorSchema = z.object({
  error: z.object({
    code: z.enum(Object.keys(API_ERRORS) as [ApiErrorCode, ...ApiErrorCode[]]),
    message: z.string(),
    details: z.record(z.string(), z.unknown()).optional(),
  }),
});

/** A message of the WebSocket stream. */
export const streamMessageSchema = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("transaction"),
    id: wordSchema,
    status: transactionStatusSchema,
    block: countSchema.nullable(),
    slot: countSchema.nullable(),
  }),
  z.object({ type: z.literal("block"), number: countSchema, status: blockStatusSchema }),
  z.object({ type: z.literal("rebuilt"), firstBlock: countSchema }).meta({
    description: "L1 changed: this block and later ones were dropped and their transactions run again",
  }),
]);

/** A message of the WebSocket stream. */
export type StreamMessage = z.infer<typeof streamMessageSchema>;
