import { MAX_BATCH_AGE_SECONDS, MAX_BATCH_BLOCKS } from "@cairn/protocol";
import { REBUILD_AGE_SECONDS, REBUILD_MARGIN_SECONDS } from "../block-rules.ts";
import { DATA_MODES } from "../data-modes.ts";
import { ASSUMED_SECONDS_PER_BLOCK, LONGEST_WAIT_SECONDS } from "../promise-rules.ts";
import { feeTokens } from "./node-forms.ts";
import { DAY_MS, form, setting } from "./setting.ts";

const assumedSeconds = Object.entries(ASSUMED_SECONDS_PER_BLOCK)
  .map(([slots, seconds]) => `${seconds} for ${slots} slots`)
  .join(", ");

/** Blocks, batches, the pool and fees. */
export const SEQUENCER_SETTINGS = {
  slots: setting({
    env: "CAIRN_SLOTS",
    schema: form.oneOf(["16", "64", "256"]),
    fallback: "64",
    text: "Slots of a block; fixed for the life of a database.",
  }),
  blockTimeMs: setting({
    env: "CAIRN_BLOCK_TIME_MS",
    schema: form.integer(50, DAY_MS),
    fallback: "10000",
    unit: "milliseconds",
    text: "A block is sealed at most this long after its first entry.",
  }),
  maxLagSeconds: setting({
    env: "CAIRN_MAX_LAG_SECONDS",
    schema: form.integer(60, REBUILD_AGE_SECONDS),
    fallback: "10800",
    unit: "seconds",
    text: "Age of the oldest block not accepted by L1 at which no more transactions are accepted, whatever the expectation; L1 refuses blocks of 21600.",
  }),
  maxWaitSeconds: setting({
    env: "CAIRN_MAX_WAIT_SECONDS",
    schema: form.integer(60, LONGEST_WAIT_SECONDS),
    fallback: String(LONGEST_WAIT_SECONDS),
    unit: "seconds",
    text: "Expected time until L1 accepts a block, from the provers' speed and backlog, beyond which no more transactions are accepted.",
  }),
  expectedBlockSeconds: setting({
    env: "CAIRN_EXPECTED_BLOCK_SECONDS",
    schema: form.optionalInteger(1, 3600),
    text: `Time that all provers together are assumed to need for a block until some proofs were measured; ${assumedSeconds} unless given.`,
  }),
  batchBlocks: setting({
    env: "CAIRN_BATCH_BLOCKS",
    schema: form.integer(1, MAX_BATCH_BLOCKS),
    fallback: "1",
    unit: "blocks",
    text: "Blocks of a batch at most. With more than one, their proofs are merged, which needs provers with more memory and a contract that takes such batches; L1 then costs each block less.",
  }),
  dataSource: setting({
    env: "CAIRN_DATA_SOURCE",
    schema: form.oneOf(DATA_MODES),
    fallback: "auto",
    text: "Where the data of batches go: into the calldata, into a blob, or wherever L1 asks less when the batch is closed; the publisher's process decides for all.",
  }),
  batchSeconds: setting({
    env: "CAIRN_BATCH_SECONDS",
    schema: form.integer(1, 7200),
    fallback: "600",
    unit: "seconds",
    text: "Age at which a block waits for no others to fill its batch. It waits less when L1 is due to get a deposit or request that it contains.",
  }),
  proofJobs: setting({
    env: "CAIRN_PROOF_JOBS",
    schema: form.integer(8, 4096),
    fallback: "64",
    unit: "proofs",
    text: "Most proofs that provers are offered at a time. With more than 30 provers, twice their number: those beyond it find nothing to do.",
  }),
  minValiditySeconds: setting({
    env: "CAIRN_MIN_VALIDITY_SECONDS",
    schema: form.integer(REBUILD_MARGIN_SECONDS, MAX_BATCH_AGE_SECONDS),
    fallback: String(REBUILD_MARGIN_SECONDS),
    unit: "seconds",
    text: "How long a transaction must be valid when it is confirmed; with less than 900 its block could not always be rebuilt.",
  }),
  nonceWindow: setting({
    env: "CAIRN_NONCE_WINDOW",
    schema: form.integer(1, 4096),
    fallback: "64",
    unit: "transactions",
    text: "How far a nonce may be ahead of its account.",
  }),
  maxGroupSize: setting({
    env: "CAIRN_MAX_GROUP_SIZE",
    schema: form.integer(1, 64),
    fallback: "4",
    unit: "transactions",
    text: "Most transactions that may run together.",
  }),
  poolSize: setting({
    env: "CAIRN_POOL_SIZE",
    schema: form.integer(1, 1_000_000),
    fallback: "50000",
    unit: "transactions",
    text: "Most transactions that may wait for others.",
  }),
  poolPerAccount: setting({
    env: "CAIRN_POOL_PER_ACCOUNT",
    schema: form.integer(1, 4096),
    fallback: "64",
    unit: "transactions",
    text: "Most transactions of one account that may wait for others.",
  }),
  replacementPercent: setting({
    env: "CAIRN_REPLACEMENT_PERCENT",
    schema: form.integer(1, 1000),
    fallback: "10",
    unit: "percent",
    text: "How much higher the fee of a replacement must be.",
  }),
  maxInFlight: setting({
    env: "CAIRN_MAX_IN_FLIGHT",
    schema: form.integer(1, 1_000_000),
    fallback: "1000",
    unit: "transactions",
    text: "Transactions being checked or written beyond which new ones are refused; for an api without sequencer, forwarded requests.",
  }),
  signatureWorkers: setting({
    env: "CAIRN_SIGNATURE_WORKERS",
    schema: form.integer(1, 64),
    fallback: "1",
    unit: "threads",
    text: "Threads that check signatures; one checks about 3,000 a second.",
  }),
  feeOwner: setting({
    env: "CAIRN_FEE_OWNER",
    schema: form.optionalAddress(),
    text: "Owner whose accounts receive the fees: in each token of CAIRN_FEE_TOKENS the first one with a key that the owner authorised on L1 (by a deposit of its own, or set-key), else the first one without a key. It needs one in each of these tokens. The sequencer needs the setting unless transactions are free.",
  }),
  feeTokens: setting({
    env: "CAIRN_FEE_TOKENS",
    schema: feeTokens,
    fallback: "0=1000000000000000000",
    text: "Tokens in which fees are paid, at most 4, as token=wei that 10^18 of its smallest units are worth, separated by commas. Keep a token in the list until every block with fees in it is proven.",
  }),
  feeOperatorPercent: setting({
    env: "CAIRN_FEE_OPERATOR_PERCENT",
    schema: form.percent(-100, 10_000),
    fallback: "10",
    unit: "percent",
    text: "Added to a transaction's share of the L1 cost for the operator; -100 makes transactions free.",
  }),
  feeBatchBlocks: setting({
    env: "CAIRN_FEE_BATCH_BLOCKS",
    schema: form.optionalInteger(1, MAX_BATCH_BLOCKS),
    text: "Blocks of a batch from which fees are computed, at most CAIRN_BATCH_BLOCKS; half of them, rounded up, unless given. Batches with fewer full blocks are not paid for by fees.",
  }),
} as const;
