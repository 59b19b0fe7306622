import {
  DATA_SOURCE,
  type DataSource,
  L1_OPERATION_KINDS,
  LAST_CIRCUIT_TYPE,
  type LastCircuit,
  namesOf,
} from "@cairn/protocol";
import * as z from "zod/mini";
import { API_ERRORS, type ApiErrorCode } from "./errors.ts";
import { transactionKindSchema } from "./transactions.ts";
import {
  addressSchema,
  amountSchema,
  bytesSchema,
  countSchema,
  described,
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
  key: described(fieldSchema, "x of the L2 public key"),
  ownerKey: described(z.boolean(), "the owner authorised the key on L1"),
});

/** What has become of a block. */
export const blockStatusSchema = z.enum(["open", "sealed", "proven", "final"]);

/** How far a batch is: its last proof is to be made; made; L1 has accepted the batch. */
export const batchStatusSchema = z.enum(["waiting", "ready", "accepted"]);

const LAST_CIRCUITS = Object.keys(LAST_CIRCUIT_TYPE) as [LastCircuit, ...LastCircuit[]];
const DATA_SOURCES = Object.keys(DATA_SOURCE) as [DataSource, ...DataSource[]];

/** The four chains that go on from block to block since genesis. */
export const chainsSchema = z.object({
  data: described(fieldSchema, "over the rows of all blocks"),
  l1: described(fieldSchema, "over all L1 operations"),
  payouts: described(fieldSchema, "over all payouts"),
  blocks: described(fieldSchema, "hash of the last block"),
});

/** A block. */
export const blockSchema = z.object({
  number: countSchema,
  status: blockStatusSchema,
  origin: described(z.optional(z.enum(["own", "l1"])), "own: built by this node"),
  timestamp: described(countSchema, "seconds"),
  slots: countSchema,
  l1Operations: countSchema,
  transactions: countSchema,
  oldRoot: z.nullable(wordSchema),
  newRoot: z.nullable(wordSchema),
  cells: described(z.nullable(bytesSchema), "what the block publishes"),
  chains: described(z.nullable(chainsSchema), "after the block"),
  openedAtMs: timeSchema,
  sealedAtMs: z.nullable(timeSchema),
  provenAtMs: z.nullable(timeSchema),
  finalAtMs: z.nullable(timeSchema),
  batch: described(
    z.nullable(
      z.object({
        firstBlock: countSchema,
        number: described(z.nullable(countSchema), "assigned by the contract"),
        status: batchStatusSchema,
      }),
    ),
    "the batch that holds the block",
  ),
});

/** What a payout may be: `settled` is paid or claimable, where L1 has forgotten which and no archive says it. */
export const PAYOUT_STATUSES = ["owed", "paid", "claimable", "settled", "skipped"] as const;

/** What was paid on L1, reverted and cancelled transactions included. */
export const batchCostSchema = z.object({
  transactions: described(countSchema, "mined"),
  gasUsed: countSchema,
  blobGasUsed: countSchema,
  paidWei: described(amountSchema, "wei, for gas and blob gas"),
});

/** Consecutive blocks that L1 accepts together, under one last proof. */
export const batchSchema = z.object({
  firstBlock: countSchema,
  lastBlock: countSchema,
  blocks: described(countSchema, "how many"),
  closedAtMs: described(timeSchema, "when it was decided"),
  circuit: described(z.enum(LAST_CIRCUITS), "whose verifier L1 asks"),
  dataSource: described(z.enum(DATA_SOURCES), "where the cells are"),
  dataCommitment: described(wordSchema, "keccak256 of the data in calldata"),
  submitter: addressSchema,
  point: described(z.nullable(wordSchema), "where L1 and proof"),
  history: described(z.nullable(fieldSchema), "after the batch"),
  blocksRoot: described(z.nullable(fieldSchema), "root of the tree over the block hashes"),
  status: batchStatusSchema,
  proof: described(z.nullable(z.record(z.string(), z.unknown())), "resources that making the proof took"),
  readyAtMs: described(z.nullable(timeSchema), "when its last proof was made"),
  number: described(z.nullable(countSchema), "assigned by the contract"),
  l1Transaction: z.nullable(wordSchema),
  l1Block: z.nullable(countSchema),
  isFromArchive: described(z.boolean(), "submitter"),
  income: described(
    z.array(z.object({ tokenId: tokenIdSchema, amount: amountSchema })),
    "fees that its blocks credited",
  ),
  cost: described(z.nullable(batchCostSchema), "what the node paid L1 for the batch"),
});

/** What a block owes an L1 address. */
export const payoutSchema = z.object({
  block: countSchema,
  position: described(countSchema, "in the block's list"),
  batch: described(
    z.nullable(
      z.object({
        firstBlock: countSchema,
        number: described(z.nullable(countSchema), "assigned by the contract"),
        place: described(countSchema, "in the batch's list"),
      }),
    ),
    "the batch that holds the block",
  ),
  recipient: addressSchema,
  tokenId: tokenIdSchema,
  amount: amountSchema,
  status: described(z.enum(PAYOUT_STATUSES), "settled: paid or claimable"),
  leftGas: described(z.nullable(countSchema), "gas that this owed payout would burn"),
  l1Transaction: z.nullable(wordSchema),
  isFromArchive: described(z.boolean(), "L1 transaction"),
});

/** An entry of the L1 queue. */
export const queueEntrySchema = z.object({
  position: countSchema,
  type: z.enum(namesOf(L1_OPERATION_KINDS)),
  owner: described(addressSchema, "owner of the credited account"),
  tokenId: z.nullable(tokenIdSchema),
  amount: z.nullable(amountSchema),
  index: described(indexSchema, "account that it names; 0 for none"),
  key: z.nullable(fieldSchema),
  l1Block: countSchema,
  l1Transaction: wordSchema,
  enqueuedAt: described(countSchema, "seconds"),
  isFromArchive: described(z.boolean(), "L1 block and transaction"),
  status: described(z.enum(["received", "confirmed", "proven", "final"]), "received until a block has consumed it"),
  block: described(z.nullable(countSchema), "that consumed it"),
  outcome: described(
    z.nullable(
      z.object({
        type: z.enum(["toppedUp", "created", "refunded", "exited", "keySet", "noEffect"]),
        account: described(z.nullable(indexSchema), "that it changed or created"),
        tokenId: z.nullable(tokenIdSchema),
        amount: described(z.nullable(amountSchema), "credited, refunded or paid out"),
      }),
    ),
    "what it did",
  ),
});

/** What a transaction would cost now. */
export const feeQuoteSchema = z.object({
  kind: transactionKindSchema,
  tokenId: tokenIdSchema,
  fee: described(amountSchema, "encodable as float16"),
  minimumFee: amountSchema,
  parts: z.object({
    data: amountSchema,
    proof: amountSchema,
    operator: described(z.string().check(z.regex(/^(?:0|-?[1-9][0-9]{0,38})$/)), "decimal integer"),
  }),
  gasPriceWei: amountSchema,
});

/** What a client must know to sign and submit. */
export const rollupSchema = z.object({
  chainId: countSchema,
  rollup: addressSchema,
  slots: countSchema,
  nextIndex: countSchema,
  root: described(wordSchema, "after the last sealed block"),
  lastBlock: countSchema,
  lastProvenBlock: countSchema,
  lastFinalBlock: countSchema,
  minValiditySeconds: countSchema,
  maxGroupSize: countSchema,
  feeTokens: z.array(tokenIdSchema),
  provableBatches: described(z.nullable(z.object({ oldest: countSchema, newest: countSchema })), "batches after which"),
});

/** A token that someone registered on L1; 0 is ETH. */
export const tokenSchema = z.object({
  id: tokenIdSchema,
  address: described(z.nullable(addressSchema), "of its contract; null for ETH"),
  symbol: described(z.nullable(z.string()), "as its contract says it"),
  isSymbolAltered: described(z.boolean(), "characters were replaced"),
  resembles: described(z.nullable(z.string()), "ETH, or the symbol of a token"),
  decimals: described(z.nullable(z.int().check(z.minimum(0), z.maximum(77))), "null when its contract does not say"),
  paysFees: described(z.boolean(), "fees are accepted in it"),
});

/** What happens in the rollup, and what it costs. */
export const statsSchema = z.object({
  accounts: described(countSchema, "created so far"),
  blocks: described(countSchema, "sealed"),
  transactions: described(countSchema, "L2 transactions"),
  l1Operations: described(countSchema, "entries of the L1 queue"),
  lastHour: z.object({ blocks: countSchema, transactions: countSchema, l1Operations: countSchema }),
  lastDay: z.object({ blocks: countSchema, transactions: countSchema, l1Operations: countSchema }),
  batches: z.object({
    accepted: described(countSchema, "by L1"),
    waiting: described(countSchema, "closed, and not accepted yet"),
  }),
  recent: described(
    z.nullable(
      z.object({
        batches: countSchema,
        transactions: countSchema,
        gasUsed: countSchema,
        blobGasUsed: countSchema,
        paidWei: amountSchema,
        income: z.array(z.object({ tokenId: tokenIdSchema, amount: amountSchema })),
      }),
    ),
    "the newest accepted batches",
  ),
});

const proverIdSchema = described(z.string().check(z.regex(/^[0-9a-f]{8}$/)), "stands for machine");

/** Who makes proofs. */
export const proversSchema = z.object({
  provers: z.array(
    z.object({
      id: proverIdSchema,
      working: z.array(
        z.object({
          circuit: z.string(),
          firstBlock: countSchema,
          lastBlock: countSchema,
          startedAtMs: timeSchema,
        }),
      ),
      made: z.array(
        z.object({ circuit: z.string(), proofs: countSchema, meanMs: described(z.number(), "milliseconds") }),
      ),
      lastMadeAtMs: z.nullable(timeSchema),
    }),
  ),
  waiting: described(z.array(z.object({ circuit: z.string(), proofs: countSchema })), "proofs that nobody"),
});

/** How far a proof is: nobody has begun it, a prover is at it, or it is made. */
export const PROOF_STATES = ["waiting", "proving", "made"] as const;

/** The proofs about some blocks, as trees: each verifies those whose parent it is. */
export const proofsSchema = z.object({
  proofs: z.array(
    z.object({
      id: countSchema,
      parent: z.nullable(countSchema),
      circuit: z.string(),
      firstBlock: countSchema,
      lastBlock: countSchema,
      state: z.enum(PROOF_STATES),
      prover: z.nullable(proverIdSchema),
      startedAtMs: z.nullable(timeSchema),
      madeAtMs: z.nullable(timeSchema),
    }),
  ),
});

/** Something that a search has found. */
export const searchResultSchema = z.object({
  type: z.enum([
    "transaction",
    "request",
    "block",
    "batch",
    "account",
    "owner",
    "reference",
    "queueEntry",
    "payouts",
    "token",
  ]),
  id: described(z.string(), "as the path of its type"),
  path: described(z.string(), "where the API answers"),
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
    details: z.optional(z.record(z.string(), z.unknown())),
  }),
});
