import { BATCH_HEADER_BYTES, memoReference, referenceToHex, TREE_DEPTH } from "@cairn/protocol";
import {
  CELL,
  CURSOR,
  ID,
  KEY,
  L1_TRANSACTION,
  OTHER,
  OWNER,
  REFERENCE,
  ROLLUP,
  SECOND,
  TIME,
  word,
} from "./example-values.ts";
import { OVERVIEW_EXAMPLES } from "./overview-examples.ts";
import { IDEMPOTENCY_HEADER, type RouteName } from "./routes.ts";

/** What one call of an operation looks like: its parameters, its body, and its answer, in JSON. */
export interface RouteExample {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly body?: object;
  readonly response: object;
}

const siblings = (levels: number) => Array.from({ length: levels }, () => [word("0"), word("0"), word("0")]);

const SIGNED = {
  type: "transfer",
  from: 64,
  nonce: 7,
  tokenId: 0,
  amount: 8_589_934_597,
  fee: 6145,
  validFrom: 0,
  validUntil: SECOND + 43_200,
  reference: REFERENCE,
  signature: `0x${"1".repeat(128)}`,
  to: 65,
  toOwner: OTHER,
  toKey: KEY,
  link: null,
};
const INCLUSION = { block: 12, slot: 3 };
const SUMMARY = {
  id: ID,
  status: "proven",
  inclusion: INCLUSION,
  transaction: SIGNED,
  amount: "50000000000000000",
  fee: "1000000000000",
  createdIndex: null,
  rejection: null,
  receivedAtMs: TIME,
};
const COMMITTED = {
  number: 3,
  header: `0x${"00".repeat(BATCH_HEADER_BYTES)}`,
  dataCommitment: word("c"),
  payoutsHash: word("d"),
};
const RECEIPT = {
  slot: 3,
  batch: COMMITTED,
  path: {
    block: 3,
    previousBlockHash: word("0"),
    headerCell: CELL,
    position: 1,
    cell: CELL,
    cellSiblings: siblings(2),
    blockSiblings: siblings(3),
  },
};
const ACCOUNT = {
  index: 64,
  owner: OWNER,
  tokenId: 0,
  nonce: 8,
  balance: "950000000000000000",
  key: KEY,
  ownerKey: true,
};
const MEMO = "Invoice 17 of 30 November 2025: 25 hours of advice";
const MEMO_REFERENCE = referenceToHex(memoReference(MEMO));
const PAYMENT_REQUEST = {
  id: word("c"),
  account: 65,
  owner: OTHER,
  key: KEY,
  tokenId: 0,
  amount: "50000000000000000",
  reference: REFERENCE,
  expiresAt: SECOND + 3_600,
  createdAtMs: TIME,
  memo: null,
  status: "paid",
  certainty: "proven",
  paid: "50000000000000000",
  paidLate: "0",
  paidRecalled: "0",
  payments: [
    {
      id: ID,
      status: "proven",
      amount: "50000000000000000",
      block: 12,
      slot: 3,
      timestamp: SECOND,
      isLate: false,
      isRecalled: false,
    },
  ],
};
const ENTRY = {
  type: "transfer",
  direction: "out",
  status: "proven",
  atMs: TIME,
  id: ID,
  queuePosition: null,
  from: { account: 64, owner: OWNER },
  to: { account: 65, owner: OTHER },
  tokenId: 0,
  amount: "50000000000000000",
  fee: "1000000000000",
  reference: REFERENCE,
  key: null,
  outcome: null,
  block: 12,
  slot: 3,
  timestamp: SECOND,
  payout: null,
  l1Transaction: null,
  rejection: null,
};
const QUEUE_ENTRY = {
  position: 4,
  type: "deposit",
  owner: OWNER,
  tokenId: 0,
  amount: "1000000000000000000",
  index: 0,
  key: KEY,
  l1Block: 21_000_000,
  l1Transaction: L1_TRANSACTION,
  enqueuedAt: SECOND,
  isFromArchive: false,
  status: "final",
  block: 3,
  outcome: { type: "created", account: 64, tokenId: 0, amount: "1000000000000000000" },
};
const BLOCK = {
  number: 12,
  status: "proven",
  origin: "own",
  timestamp: SECOND,
  slots: 16,
  l1Operations: 0,
  transactions: 1,
  oldRoot: word("1"),
  newRoot: word("2"),
  cells: CELL,
  chains: { data: word("0"), l1: word("0"), payouts: word("0"), blocks: word("0") },
  openedAtMs: TIME,
  sealedAtMs: TIME + 2000,
  provenAtMs: TIME + 60_000,
  finalAtMs: null,
  batch: { firstBlock: 9, number: 3, status: "accepted" },
};
const ETH = {
  id: 0,
  address: null,
  symbol: "ETH",
  isSymbolAltered: false,
  resembles: null,
  decimals: 18,
  paysFees: true,
};
const TOKEN = { ...ETH, id: 1, address: OTHER, symbol: "USD", decimals: 6 };
const BATCH = {
  firstBlock: 9,
  lastBlock: 12,
  blocks: 4,
  closedAtMs: TIME + 3000,
  circuit: "batch",
  dataSource: "blob",
  dataCommitment: word("c"),
  submitter: OTHER,
  point: word("0"),
  history: word("0"),
  blocksRoot: word("0"),
  status: "accepted",
  proof: { seconds: 41 },
  readyAtMs: TIME + 50_000,
  number: 3,
  l1Transaction: L1_TRANSACTION,
  l1Block: 21_000_100,
  isFromArchive: false,
  income: [{ tokenId: 0, amount: "1000000000000" }],
  cost: { transactions: 1, gasUsed: 1_005_849, blobGasUsed: 131_072, paidWei: "1137000000000000" },
};
export const LOG_CURSOR = "ZXZlbnRzOjE3OjE3NjQ1MDAwMDAwMDA6NDA5NQ";
export const EVENT = { type: "entry", cursor: LOG_CURSOR, atMs: TIME + 60_000, status: "proven", entry: ENTRY };
const HISTORY = { query: { direction: "out", limit: 25 }, response: { entries: [ENTRY], next: CURSOR } };

/** One message of each kind, by name; a test parses them. */
export const STREAM_EXAMPLES: Readonly<Record<string, { readonly summary: string; readonly value: object }>> = {
  entry: {
    summary: "A payment that L1 has accepted, told to whoever listens to its account, owner or reference",
    value: EVENT,
  },
  block: {
    summary: "A block, told to whoever listens to everything",
    value: { type: "block", cursor: LOG_CURSOR, atMs: TIME, number: 12, status: "sealed" },
  },
  batch: {
    summary: "A batch, told to whoever listens to everything",
    value: { type: "batch", cursor: LOG_CURSOR, atMs: TIME, firstBlock: 9, lastBlock: 12, status: "accepted" },
  },
  reset: {
    summary: "What followed the cursor is not kept: read the lists again, and go on from here",
    value: { type: "reset", cursor: LOG_CURSOR },
  },
  heartbeat: {
    summary: "Everything up to here was told; the first message, and then one every 20 seconds",
    value: { type: "heartbeat", cursor: LOG_CURSOR, atMs: TIME },
  },
};

/** An example of each operation; a test parses them with the operations' schemas. */
export const EXAMPLES: Readonly<Record<RouteName, RouteExample>> = {
  submit: {
    headers: { [IDEMPOTENCY_HEADER]: "order-17" },
    body: { transactions: [SIGNED] },
    response: { transactions: [{ id: ID, status: "confirmed", inclusion: INCLUSION }] },
  },
  transaction: {
    params: { id: ID },
    response: {
      ...SUMMARY,
      group: [ID],
      history: [
        { type: "received", atMs: TIME, details: {} },
        { type: "confirmed", atMs: TIME, details: INCLUSION },
        { type: "proven", atMs: TIME + 60_000, details: {} },
      ],
    },
  },
  receipt: { params: { id: ID }, response: RECEIPT },
  quote: {
    query: { kind: "transfer", tokenId: 0 },
    response: {
      kind: "transfer",
      tokenId: 0,
      fee: "1000000000000",
      minimumFee: "900000000000",
      parts: { data: "100000000000", proof: "700000000000", operator: "200000000000" },
      gasPriceWei: "1000000000",
    },
  },
  accounts: { query: { owner: OWNER, limit: 100 }, response: { accounts: [ACCOUNT], next: null } },
  account: { params: { index: 64 }, response: ACCOUNT },
  accountProof: {
    params: { index: 64 },
    query: { batch: 3 },
    response: { account: ACCOUNT, block: 12, batch: COMMITTED, siblings: siblings(TREE_DEPTH) },
  },
  accountHistory: { params: { index: 64 }, ...HISTORY },
  ownerHistory: { params: { owner: OWNER }, ...HISTORY },
  ownerBalances: {
    params: { owner: OWNER },
    query: {},
    response: {
      balances: [
        {
          tokenId: 0,
          balance: ACCOUNT.balance,
          ownerKeyBalance: ACCOUNT.balance,
          keylessBalance: "0",
          accounts: 1,
        },
      ],
      block: 12,
      next: null,
    },
  },
  deposits: { query: { owner: OWNER, limit: 100 }, response: { deposits: [QUEUE_ENTRY], next: null } },
  referenceTransactions: {
    params: { reference: REFERENCE },
    query: { limit: 25 },
    response: { transactions: [SUMMARY], next: null },
  },
  requestPayment: {
    body: {
      account: 65,
      amount: "50000000000000000",
      reference: REFERENCE,
      expiresAt: SECOND + 3_600,
      signature: `0x${"1".repeat(128)}`,
    },
    response: PAYMENT_REQUEST,
  },
  paymentRequest: { params: { id: word("c") }, response: PAYMENT_REQUEST },
  storeMemo: { body: { memo: MEMO }, response: { reference: MEMO_REFERENCE } },
  memo: { params: { reference: MEMO_REFERENCE }, response: { memo: MEMO } },
  blocks: { query: { limit: 25 }, response: { blocks: [BLOCK], next: null } },
  block: { params: { number: 12 }, response: BLOCK },
  blockTransactions: { params: { number: 12 }, response: { transactions: [SUMMARY] } },
  blockOperations: { params: { number: 12 }, response: { entries: [QUEUE_ENTRY] } },
  slotReceipt: { params: { number: 12, slot: 3 }, response: RECEIPT },
  batches: { query: { limit: 25 }, response: { batches: [BATCH], next: null } },
  batch: { params: { firstBlock: 9 }, response: BATCH },
  payouts: {
    query: { recipient: OTHER, limit: 25 },
    response: {
      payouts: [
        {
          block: 12,
          position: 0,
          batch: { firstBlock: 9, number: 3, place: 0 },
          recipient: OTHER,
          tokenId: 0,
          amount: "1000",
          status: "paid",
          leftGas: null,
          l1Transaction: L1_TRANSACTION,
          isFromArchive: false,
        },
      ],
      next: null,
    },
  },
  queue: { query: { from: 4, limit: 25 }, response: { entries: [QUEUE_ENTRY], processed: 5, next: null } },
  queueEntry: { params: { position: 4 }, response: QUEUE_ENTRY },
  tokens: { query: { limit: 25 }, response: { tokens: [ETH, TOKEN], next: null } },
  token: { params: { id: 1 }, response: TOKEN },
  search: {
    query: { q: "invoice 17" },
    response: {
      results: [{ type: "reference", id: REFERENCE, path: `/v1/references/${REFERENCE}/transactions` }],
    },
  },
  ...OVERVIEW_EXAMPLES,
  events: {
    query: { owner: OWNER, cursor: LOG_CURSOR, limit: 25 },
    response: { events: [EVENT], next: LOG_CURSOR, isEnd: true },
  },
  rollup: {
    response: {
      chainId: 31_337,
      rollup: ROLLUP,
      slots: 16,
      nextIndex: 66,
      root: word("2"),
      lastBlock: 12,
      lastProvenBlock: 12,
      lastFinalBlock: 8,
      minValiditySeconds: 900,
      maxGroupSize: 16,
      feeTokens: [0],
      provableBatches: { oldest: 1, newest: 3 },
    },
  },
  health: { response: { status: "ok", roles: ["sequencer", "api"], version: "0.1.0" } },
  ready: { response: { isReady: true, parts: { sequencer: { isReady: true, state: "running" } } } },
};
