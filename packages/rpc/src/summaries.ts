import type { RouteName, WebhookRouteName } from "./routes.ts";

/** What each operation does, for the OpenAPI document: apart from the routes, which pages load. */
export const SUMMARIES: Readonly<Record<RouteName, string>> = {
  submit: "Submit one transaction, or linked ones that run together; an answer means that it is stored durably",
  transaction: "A transaction with its status and history",
  receipt:
    "Proof that a batch on L1 contains the transaction, of any batch that the node has; `not-accepted` until L1 has accepted it",
  quote: "What a transaction of a kind would cost now, in the token's smallest unit",
  accounts: "Accounts of an owner, oldest first; anyone can open accounts for an owner, so there may be many pages",
  account: "An account, the open block included",
  accountHistory: "All that happened to an account, newest first: transactions, deposits, requests, fees",
  ownerHistory:
    "All that happened to an L1 address and its accounts, newest first: also its payouts and what waits in the L1 queue",
  ownerBalances: "What an owner has, summed up by token, the open block included",
  deposits: "Deposits and the accounts that they made, newest first; those of an owner, or of an L1 transaction",
  referenceTransactions: "Transactions with a payment reference, newest first; anyone may use any reference",
  requestPayment: "Ask for a payment on an account, signed by its key; the same request again changes nothing",
  paymentRequest: "A request for a payment: whether it is paid, and by which transactions",
  storeMemo: "Keep the memo whose hash is the reference of a transaction or request; `not-found` when none has it",
  memo: "The memo whose hash is a reference; whoever knows the reference can read it, so check it against the hash",
  blocks: "Blocks, newest first",
  block: "A block",
  blockTransactions: "The L2 transactions of a block by slot",
  batches: "Batches, newest first",
  batch: "The batch that begins with a block",
  payouts: "Payouts, newest block first",
  queue: "Entries of the L1 queue, oldest first",
  queueEntry: "The entry at a position of the L1 queue",
  rollup: "Parameters of the rollup and the progress of the chain",
  health: "Whether the process is alive",
  ready: "Whether every part can do its work; 503 when one cannot",
  blockOperations: "The L1 operations of a block with what they did, in the order of the queue",
  tokens: "Tokens that anyone registered, by number, as their contracts describe themselves",
  token: "A token as its contract describes itself",
  search:
    "What a number, hash, address or payment reference names: a transaction, request for a payment, block, batch, account, owner, reference, queue entry, payout or token",
  stats: "What happens in the rollup and what it costs, at most five seconds old",
  provers: "Who makes proofs, by those that the node still keeps: of blocks that are not final",
  proofs:
    "Proofs that are waited for, under way or made, as trees: `parent` verifies them, null until it is planned; of a final block the node keeps only its batch's last one",
  accountProof: "Proof of an account, or that there is none, after one of the last 64 batches that L1 accepted",
  slotReceipt: "Proof that a batch on L1 contains the transaction in a slot, known by its id or not",
  events:
    "What happened, oldest first, as the stream tells it: everything, or what concerns an account, owner or reference",
};

/** What each operation about webhooks does. */
export const WEBHOOK_SUMMARIES: Readonly<Record<WebhookRouteName, string>> = {
  createWebhook:
    "Let the node post what happens to an address; the answer alone shows the secret that signs the messages",
  webhooks: "All webhooks, oldest first",
  webhook: "A webhook and how its messages fare",
  changeWebhook: "Change, pause or resume a webhook; what waits is tried at once",
  deleteWebhook: "Delete a webhook and its messages",
  rotateWebhookSecret: "Sign with a new secret; for a day with the old one too",
  testWebhook: "Send a `ping` now, and see how the receiver answers",
  replayWebhook: "Tell again what happened after a cursor or time; `gone` when the log does not reach that far back",
  webhookMessages: "Messages that wait or were given up, in order",
  retryWebhookMessages: "Send dead messages once more, behind those that wait",
  skipWebhookMessages: "Give up messages that wait, so that those behind them go on",
};
