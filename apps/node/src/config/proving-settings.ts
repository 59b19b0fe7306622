import { PROOF_MEMORY_MB } from "../prover/memory.ts";
import { DAY_MS, form, setting } from "./setting.ts";

const { solo16, solo64, solo256, pair, merge1, batch } = PROOF_MEMORY_MB;
const proofMemory = `${solo16} for 16 slots, ${solo64} for 64, ${solo256} for 256, and in batches of several blocks ${pair} for a pair, ${merge1} for a merge, ${batch} for the last proof`;

/** Provers and the publisher. */
export const PROVING_SETTINGS = {
  provers: setting({
    env: "CAIRN_PROVERS",
    schema: form.integer(1, 64),
    fallback: "1",
    unit: "proofs",
    text: "Proofs made at the same time.",
  }),
  proverMemoryMb: setting({
    env: "CAIRN_PROVER_MEMORY_MB",
    schema: form.integer(solo16, 1_000_000),
    fallback: "6144",
    unit: "megabytes",
    text: `Memory that proofs may use together; limits how many are made at the same time, and which. One takes ${proofMemory}: what provers took at their peak, and a quarter to a half more. A prover does not start with less than a block takes, and leaves to others what needs more; with an embedded database there are no others, so it needs what the heaviest proof of CAIRN_BATCH_BLOCKS takes.`,
  }),
  proverNice: setting({
    env: "CAIRN_PROVER_NICE",
    schema: form.integer(0, 19),
    fallback: "10",
    text: "How much proofs yield to the node's other work: 0 not at all, 19 most.",
  }),
  proofRetries: setting({
    env: "CAIRN_PROOF_RETRIES",
    schema: form.integer(0, 100),
    fallback: "3",
    unit: "tries",
    text: "Retries before a proof job is set aside with its evidence; the sequencer's process decides for all.",
  }),
  proverHeartbeatSeconds: setting({
    env: "CAIRN_PROVER_HEARTBEAT_SECONDS",
    schema: form.integer(10, 3600),
    fallback: "30",
    unit: "seconds",
    text: "Silence of a prover after which another one takes over its job; the sequencer's process decides for all.",
  }),
  cacheDir: setting({
    env: "CAIRN_CACHE_DIR",
    schema: form.text(),
    fallback: "./.cache",
    text: "Directory of compiled circuits and keys.",
  }),
  srs: setting({
    env: "CAIRN_SRS",
    schema: form.oneOf(["auto", "dev", "ignition"]),
    fallback: "auto",
    text: "Reference string of the proofs: dev (forgeable) on development chains only, ignition on all others.",
  }),
  publisherKey: setting({
    env: "CAIRN_PUBLISHER_KEY",
    schema: form.optionalL1Key(),
    secret: true,
    text: "Private key of the account that submits batches, 0x hex; needed by the publisher.",
  }),
  maxFeeGwei: setting({
    env: "CAIRN_MAX_FEE_GWEI",
    schema: form.integer(1, 1_000_000),
    fallback: "200",
    unit: "gwei per gas",
    text: "Highest price ever offered to L1. A transaction with a blob offers a quarter of it at first: it is replaced by doubling, and has to leave room for that and for being given up.",
  }),
  maxBlobFeeGwei: setting({
    env: "CAIRN_MAX_BLOB_FEE_GWEI",
    schema: form.integer(1, 1_000_000),
    fallback: "200",
    unit: "gwei per blob gas",
    text: "Highest price ever offered to L1 for the blobs of batches; a quarter of it at first.",
  }),
  bumpAfterMs: setting({
    env: "CAIRN_BUMP_AFTER_MS",
    schema: form.integer(100, DAY_MS),
    fallback: "60000",
    unit: "milliseconds",
    text: "How long an L1 transaction may be pending before its fees are raised.",
  }),
  maxLiveL1: setting({
    env: "CAIRN_MAX_LIVE_L1_TRANSACTIONS",
    schema: form.integer(1, 64),
    fallback: "4",
    unit: "transactions",
    text: "Most L1 transactions pending at a time.",
  }),
  maxPayoutGas: setting({
    env: "CAIRN_MAX_PAYOUT_GAS",
    schema: form.integer(0, 1_000_000),
    fallback: "100000",
    unit: "gas",
    text: "Payouts that would each use more L1 gas than this, because their recipient or token burns it, are left to `cairn pay`. The fee of a withdrawal pays for as much, so sequencer and publisher need the same value. Ordinary payouts use less than the default.",
  }),
  lowBalanceWei: setting({
    env: "CAIRN_LOW_BALANCE_WEI",
    schema: form.wei(),
    fallback: "100000000000000000",
    unit: "wei",
    text: "Publisher balance below which an alarm is raised.",
  }),
} as const;
