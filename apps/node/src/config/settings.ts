import { MAX_BATCH_AGE_SECONDS, MAX_BATCH_BLOCKS } from "@cairn/protocol";
import { REBUILD_AGE_SECONDS, REBUILD_MARGIN_SECONDS } from "../block-rules.ts";
import { CRASH_POINTS } from "../crash-points.ts";
import { DATA_MODES } from "../data-modes.ts";
import { ASSUMED_SECONDS_PER_BLOCK, LONGEST_WAIT_SECONDS } from "../promise-rules.ts";
import { PROOF_MEMORY_MB } from "../prover/memory.ts";
import { crashTarget, feeTokens } from "./node-forms.ts";
import { form, setting } from "./setting.ts";

/** What a process may do. */
export const ROLES = ["sequencer", "watcher", "prover", "publisher", "api"] as const;

const MAX_PORT = 65_535;
const DAY_MS = 86_400_000;

const assumedSeconds = Object.entries(ASSUMED_SECONDS_PER_BLOCK)
  .map(([slots, seconds]) => `${seconds} for ${slots} slots`)
  .join(", ");

const { solo16, solo64, solo256, pair, merge1, batch } = PROOF_MEMORY_MB;
const proofMemory = `${solo16} for 16 slots, ${solo64} for 64, ${solo256} for 256, and in batches of several blocks ${pair} for a pair, ${merge1} for a merge, ${batch} for the last proof`;

/** Every setting of the node; environment, flags, `.env.example` and documentation are made from this table. */
export const SETTINGS = {
  roles: setting({
    env: "CAIRN_ROLES",
    schema: form.listOf(ROLES),
    fallback: ROLES.join(","),
    text: "What this process does; parts in other processes need DATABASE_URL. api without sequencer needs CAIRN_SEQUENCER_URL.",
  }),
  dataDir: setting({
    env: "CAIRN_DATA_DIR",
    schema: form.text(),
    fallback: "./data",
    text: "Directory of the state store and the embedded database; on a local disk.",
  }),
  databaseUrl: setting({
    env: "DATABASE_URL",
    schema: form.optionalDatabaseUrl(),
    text: "A PostgreSQL server, postgres://…; without it the database is embedded in the data directory.",
  }),
  l1RpcUrl: setting({
    env: "CAIRN_L1_RPC_URL",
    schema: form.httpUrl(),
    fallback: "http://127.0.0.1:8545",
    text: "JSON-RPC of an Ethereum node.",
  }),
  beaconUrls: setting({
    env: "CAIRN_BEACON_URLS",
    schema: form.httpUrls(),
    text: "Beacon APIs, separated by commas, that are asked for the blobs of batches that are not stored here: those of others, and the node's own after a back-up was restored. A development chain answers for one itself.",
  }),
  blobArchives: setting({
    env: "CAIRN_BLOB_ARCHIVES",
    schema: form.paths(),
    text: "Batch archives, or folders of them, separated by commas, for blobs that no beacon API has any more. Those in CAIRN_ARCHIVE_DIR count without being named.",
  }),
  chainId: setting({
    env: "CAIRN_CHAIN_ID",
    schema: form.optionalInteger(1, Number.MAX_SAFE_INTEGER),
    required: true,
    text: "Chain that the Ethereum node must serve; a prover alone takes it from the database.",
  }),
  rollup: setting({
    env: "CAIRN_ROLLUP",
    schema: form.optionalAddress(),
    required: true,
    text: "Address of the Rollup contract; a prover alone takes it from the database.",
  }),
  deploymentBlock: setting({
    env: "CAIRN_DEPLOYMENT_BLOCK",
    schema: form.integer(0, Number.MAX_SAFE_INTEGER),
    fallback: "0",
    text: "L1 block of the contract's creation; reading starts there. 0 searches for it.",
  }),
  archiveDir: setting({
    env: "CAIRN_ARCHIVE_DIR",
    schema: form.optionalText(),
    text: "Directory of batch archives: a watcher adds each batch when it is final on L1. They rebuild the rollup where L1 and its blobs have forgotten it; one process may write to it.",
  }),
  restore: setting({
    env: "CAIRN_RESTORE",
    schema: form.trueOrFalse(),
    fallback: "false",
    switch: true,
    text: "Builds the state of a rollup that has batches from L1 alone, into an empty data directory, and continues from there.",
  }),
  confirmations: setting({
    env: "CAIRN_L1_CONFIRMATIONS",
    schema: form.integer(0, 1000),
    fallback: "0",
    unit: "L1 blocks",
    text: "Confirmations an L1 block needs before the node acts on it; 0 follows the chain's own safe block.",
  }),
  finalConfirmations: setting({
    env: "CAIRN_L1_FINAL_CONFIRMATIONS",
    schema: form.integer(1, 10_000),
    fallback: "64",
    unit: "L1 blocks",
    text: "Confirmations at which the node's own L1 transactions count as settled, and blocks as final unless the safe block is followed.",
  }),
  l1PollMs: setting({
    env: "CAIRN_L1_POLL_MS",
    schema: form.integer(50, DAY_MS),
    fallback: "2000",
    unit: "milliseconds",
    text: "How often L1 is polled.",
  }),
  l1FirstRange: setting({
    env: "CAIRN_L1_FIRST_RANGE",
    schema: form.integer(1, 1_000_000),
    fallback: "2000",
    unit: "L1 blocks",
    text: "L1 blocks per event query at first; the node adapts to what the RPC accepts.",
  }),
  l1MaxRange: setting({
    env: "CAIRN_L1_MAX_RANGE",
    schema: form.integer(1, 1_000_000),
    fallback: "5000",
    unit: "L1 blocks",
    text: "Most L1 blocks per event query.",
  }),
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
    text: "Blocks of a batch that fees reckon with, at most CAIRN_BATCH_BLOCKS; half of them, rounded up, unless given. Batches with fewer full blocks are not paid for by fees.",
  }),
  provers: setting({
    env: "CAIRN_PROVERS",
    schema: form.integer(1, 64),
    fallback: "1",
    unit: "proofs",
    text: "Proofs made at the same time.",
  }),
  proverMemoryMb: setting({
    env: "CAIRN_PROVER_MEMORY_MB",
    schema: form.integer(256, 1_000_000),
    fallback: "6144",
    unit: "megabytes",
    text: `Memory that proofs may use together; limits how many are made at the same time, and which. One takes ${proofMemory}. A prover does not start with less than a block takes, and leaves to others what needs more; with an embedded database there are no others, so it needs what the heaviest proof of CAIRN_BATCH_BLOCKS takes.`,
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
    text: "Highest price ever offered to L1.",
  }),
  maxBlobFeeGwei: setting({
    env: "CAIRN_MAX_BLOB_FEE_GWEI",
    schema: form.integer(1, 1_000_000),
    fallback: "200",
    unit: "gwei per blob gas",
    text: "Highest price ever offered to L1 for the blobs of batches.",
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
  host: setting({
    env: "CAIRN_HOST",
    schema: form.text(),
    fallback: "127.0.0.1",
    text: "Address that the API and the metrics listen on.",
  }),
  apiPort: setting({
    env: "CAIRN_API_PORT",
    schema: form.integer(0, MAX_PORT),
    fallback: "8080",
    text: "Port of the API; 0 picks a free one.",
  }),
  sequencerUrl: setting({
    env: "CAIRN_SEQUENCER_URL",
    schema: form.optionalNodeUrl(),
    text: "Where an api without sequencer finds the sequencer's process, http://…: its API or its CAIRN_SEQUENCER_PORT.",
  }),
  sequencerPort: setting({
    env: "CAIRN_SEQUENCER_PORT",
    schema: form.optionalInteger(0, MAX_PORT),
    text: "Port on which a sequencer without api serves those in other processes, not clients; off unless given, 0 picks a free one.",
  }),
  metricsPort: setting({
    env: "CAIRN_METRICS_PORT",
    schema: form.integer(0, MAX_PORT),
    fallback: "9090",
    text: "Port of the Prometheus metrics; 0 picks a free one.",
  }),
  adminPort: setting({
    env: "CAIRN_ADMIN_PORT",
    schema: form.optionalInteger(0, MAX_PORT),
    text: "Port of the admin operations, on 127.0.0.1; off unless given.",
  }),
  adminToken: setting({
    env: "CAIRN_ADMIN_TOKEN",
    schema: form.optionalSecret(),
    secret: true,
    text: "Bearer token of the admin operations; needed with the admin port.",
  }),
  maxBodyBytes: setting({
    env: "CAIRN_MAX_BODY_BYTES",
    schema: form.integer(1024, 100_000_000),
    fallback: "131072",
    unit: "bytes",
    text: "Largest request body.",
  }),
  requestTimeoutMs: setting({
    env: "CAIRN_REQUEST_TIMEOUT_MS",
    schema: form.integer(100, 600_000),
    fallback: "30000",
    unit: "milliseconds",
    text: "Time that a client may take to send a request, and the sequencer to answer a request forwarded by an api in another process.",
  }),
  maxConnections: setting({
    env: "CAIRN_MAX_CONNECTIONS",
    schema: form.integer(1, 1_000_000),
    fallback: "20000",
    unit: "connections",
    text: "Most connections to the API.",
  }),
  maxStreamClients: setting({
    env: "CAIRN_MAX_STREAM_CLIENTS",
    schema: form.integer(0, 1_000_000),
    fallback: "1000",
    unit: "connections",
    text: "Most WebSocket clients; each api in another process counts as one.",
  }),
  crashAt: setting({
    env: "CAIRN_CRASH_AT",
    schema: crashTarget,
    text: `Development chains only: the process kills itself at this step, or at its n-th visit (name:n), to test recovery. One of ${CRASH_POINTS.join(", ")}.`,
  }),
  clockOffsetFile: setting({
    env: "CAIRN_CLOCK_OFFSET_FILE",
    schema: form.optionalText(),
    text: "Development chains only: a file with milliseconds that are added to the machine's clock, to test clock jumps.",
  }),
  logLevel: setting({
    env: "CAIRN_LOG_LEVEL",
    schema: form.oneOf(["trace", "debug", "info", "warn", "error", "silent"]),
    fallback: "info",
    text: "Lowest severity that is logged.",
  }),
} as const;
