import { DAY_MS, form, setting } from "./setting.ts";

/** What a process may do. */
export const ROLES = ["sequencer", "watcher", "prover", "publisher", "api"] as const;

/** What a process is, its storage, and how it follows L1. */
export const PROCESS_SETTINGS = {
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
  archives: setting({
    env: "CAIRN_ARCHIVES",
    schema: form.paths(),
    text: "Batch archives, or folders of them, also on a web server (http://, https://), separated by commas: for blobs that no beacon API has any more and, with CAIRN_RESTORE, for what L1 has forgotten. Those in CAIRN_ARCHIVE_DIR count without being named.",
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
    text: "Directory of batch archives: a watcher adds each batch when it is final on L1. They rebuild the rollup where L1 and its blobs have forgotten it (CAIRN_RESTORE); one process may write to it.",
  }),
  restore: setting({
    env: "CAIRN_RESTORE",
    schema: form.trueOrFalse(),
    fallback: "false",
    switch: true,
    text: "Builds the state of a rollup that has batches from L1, and from archives what L1 has forgotten, into an empty data directory, and continues from there.",
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
} as const;
