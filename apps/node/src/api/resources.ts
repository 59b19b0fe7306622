import type {
  AcceptedSummary,
  BatchCost,
  BatchIncome,
  BatchSummary,
  EntryBlock,
  PayoutPlace,
  QueueEntry,
  StoredBatch,
  StoredBlock,
  StoredL1Outcome,
  StoredPayout,
  StoredProof,
  StoredTransaction,
  TransactionEvent,
} from "@cairn/db";
import { type Account, type AccountIndex, bigintToAddress, bytesToHex } from "@cairn/protocol";
import { type RouteResponse, signedTransactionToJson, type TransactionStatus } from "@cairn/rpc";
import { wordHex } from "../json.ts";
import type { FeeQuote } from "../sequencer/fee-policy.ts";
import { blockStatus } from "./entries.ts";

type TransactionSummary = RouteResponse<"blockTransactions">["transactions"][number];
type History = RouteResponse<"transaction">["history"];

/** An account as the API shows it. */
export function toAccount(index: AccountIndex, account: Account): RouteResponse<"account"> {
  return {
    index,
    owner: bigintToAddress(account.owner),
    tokenId: account.tokenId,
    nonce: account.nonce,
    balance: account.balance.toString(),
    key: wordHex(account.key),
    ownerKey: account.ownerKey,
  };
}

/** What accounts have together, by token. */
export function sumBalances(accounts: readonly Account[]): RouteResponse<"ownerBalances">["balances"] {
  const byToken = Map.groupBy(accounts, ({ tokenId }) => tokenId);
  const sum = (some: readonly Account[]) => some.reduce((total, { balance }) => total + balance, 0n).toString();
  return [...byToken]
    .sort(([a], [b]) => a - b)
    .map(([tokenId, some]) => ({
      tokenId,
      balance: sum(some),
      ownerKeyBalance: sum(some.filter(({ ownerKey }) => ownerKey)),
      keylessBalance: sum(some.filter(({ key }) => key === 0n)),
      accounts: some.length,
    }));
}

/** Status of a transaction in its block. */
export function statusOf(transaction: StoredTransaction, block: StoredBlock | undefined): TransactionStatus {
  if (transaction.status !== "confirmed") return transaction.status;
  return block?.status === "proven" || block?.status === "final" ? block.status : "confirmed";
}

/** A transaction in a list. */
export function toSummary(transaction: StoredTransaction, block: StoredBlock | undefined): TransactionSummary {
  const { inclusion, amount, fee, createdIndex, rejection, receivedAtMs } = transaction;
  return {
    id: wordHex(transaction.id),
    status: statusOf(transaction, block),
    inclusion: inclusion && { block: inclusion.blockNumber, slot: inclusion.slot },
    transaction: signedTransactionToJson(transaction.signed),
    amount: amount?.toString() ?? null,
    fee: fee?.toString() ?? null,
    createdIndex,
    rejection: rejection && { ...rejection },
    receivedAtMs,
  };
}

/** Events after which a transaction has no place in a block. */
const UNPLACED = ["requeued", "rejected", "replaced", "expired"];

/**
 * What happened to a transaction, step by step. Places that it lost are among the events; the steps of the block that
 * holds it now come from the block.
 */
export function toHistory(
  transaction: StoredTransaction,
  block: StoredBlock | undefined,
  events: readonly TransactionEvent[],
): History {
  const shown = events.map(({ type, atMs, details }) => ({ type, atMs, details: { ...details } }));
  const received = { type: "received", atMs: transaction.receivedAtMs, details: {} };
  if (transaction.inclusion === null || block === undefined) return [received, ...shown];
  const { blockNumber, slot } = transaction.inclusion;
  const step = (type: string, atMs: number | null | undefined, details: object): History =>
    atMs == null ? [] : [{ type, atMs, details: { ...details } }];
  const placedAfter = events.findLastIndex(({ type }) => UNPLACED.includes(type)) + 1;
  return [
    received,
    ...shown.slice(0, placedAfter),
    ...step("confirmed", Math.max(transaction.receivedAtMs, block.openedAtMs), { block: blockNumber, slot }),
    ...step("sealed", block.seal?.sealedAtMs, { block: blockNumber }),
    ...shown.slice(placedAfter),
    ...step("proven", block.provenAtMs, {}),
    ...step("final", block.finalAtMs, {}),
  ];
}

/** A block as the API shows it, with the batch that holds it, if any. */
export function toBlock(block: StoredBlock, batch: BatchSummary | undefined): RouteResponse<"block"> {
  const { seal } = block;
  return {
    number: block.number,
    status: block.status,
    origin: block.origin,
    timestamp: block.timestamp,
    slots: block.slotCount,
    l1Operations: block.l1OperationCount,
    transactions: seal?.transactionCount ?? 0,
    oldRoot: seal && wordHex(seal.oldRoot),
    newRoot: seal && wordHex(seal.newRoot),
    cells: seal && bytesToHex(seal.cells),
    chains: seal && {
      data: wordHex(seal.chains.data),
      l1: wordHex(seal.chains.l1),
      payouts: wordHex(seal.chains.payouts),
      blocks: wordHex(seal.chains.blocks),
    },
    openedAtMs: block.openedAtMs,
    sealedAtMs: seal?.sealedAtMs ?? null,
    provenAtMs: block.provenAtMs,
    finalAtMs: block.finalAtMs,
    batch: batch === undefined ? null : toBatchName(batch),
  };
}

function toBatchName({
  firstBlock,
  number,
  isReady,
}: Omit<BatchSummary, "lastBlock">): NonNullable<RouteResponse<"block">["batch"]> {
  return { firstBlock, number, status: number !== null ? "accepted" : isReady ? "ready" : "waiting" };
}

/** Places of history and blocks root among the public inputs of a batch's last proof. */
const [HISTORY, BLOCKS_ROOT] = [10, 11];

/** A batch as the API shows it: as L1 accepted it, or as it is to be proven. */
export function toBatch(
  batch: StoredBatch,
  accepted: AcceptedSummary | undefined,
  proof: StoredProof | undefined,
  accounts: { readonly income: readonly BatchIncome[]; readonly cost: BatchCost | undefined },
): RouteResponse<"batch"> {
  const { acceptance, firstBlock, lastBlock } = batch;
  const { circuit, dataSource } = accepted?.header ?? batch;
  const { dataCommitment, submitter } = accepted ?? batch;
  const isAsPlanned =
    submitter === batch.submitter &&
    dataSource === batch.dataSource &&
    Buffer.compare(dataCommitment, batch.dataCommitment) === 0;
  const history = accepted?.header.newHistory ?? proof?.publicInputs[HISTORY];
  const blocksRoot = accepted?.header.blocksRoot ?? proof?.publicInputs[BLOCKS_ROOT];
  return {
    ...toBatchName({ firstBlock, number: acceptance?.number ?? null, isReady: batch.proof !== null }),
    lastBlock,
    blocks: lastBlock - firstBlock + 1,
    closedAtMs: batch.closedAtMs,
    circuit,
    dataSource,
    dataCommitment: bytesToHex(dataCommitment),
    submitter: bigintToAddress(submitter),
    point: isAsPlanned ? wordHex(batch.point) : null,
    history: history === undefined ? null : wordHex(history),
    blocksRoot: blocksRoot === undefined ? null : wordHex(blocksRoot),
    proof: batch.proofDetails && { ...batch.proofDetails },
    readyAtMs: batch.readyAtMs,
    l1Transaction: acceptance && bytesToHex(acceptance.l1Transaction),
    l1Block: acceptance?.l1Block ?? null,
    isFromArchive: accepted?.isFromArchive ?? false,
    income: accounts.income.map(({ tokenId, amount }) => ({ tokenId, amount: amount.toString() })),
    cost: accounts.cost === undefined ? null : { ...accounts.cost, paidWei: accounts.cost.paidWei.toString() },
  };
}

/** A payout as the API shows it. */
export function toPayout(
  payout: StoredPayout,
  place: PayoutPlace | undefined,
): RouteResponse<"payouts">["payouts"][number] {
  return {
    block: payout.blockNumber,
    position: payout.position,
    batch: place === undefined ? null : { ...place },
    recipient: bigintToAddress(payout.recipient),
    tokenId: payout.tokenId,
    amount: payout.amount.toString(),
    status: payout.status,
    leftGas: payout.status === "owed" ? payout.leftGas : null,
    l1Transaction: payout.l1Transaction && bytesToHex(payout.l1Transaction),
    isFromArchive: payout.isFromArchive,
  };
}

/** A queue entry as the API shows it, with what it did and the block that consumed it, if one has. */
export function toQueueEntry(
  entry: QueueEntry,
  outcome: StoredL1Outcome | null,
  block: EntryBlock | null,
): RouteResponse<"queueEntry"> {
  const { operation } = entry;
  return {
    position: entry.index,
    type: operation.type,
    owner: bigintToAddress(operation.type === "deposit" ? operation.owner : operation.sender),
    tokenId: operation.type === "deposit" ? operation.tokenId : null,
    amount: operation.type === "deposit" ? operation.amount.toString() : null,
    index: operation.index,
    key: operation.type === "forcedWithdraw" ? null : wordHex(operation.key),
    l1Block: entry.l1Block,
    l1Transaction: bytesToHex(entry.l1Transaction),
    enqueuedAt: entry.enqueuedAt,
    isFromArchive: entry.isFromArchive,
    status: blockStatus(block),
    block: block?.number ?? null,
    outcome: outcome && {
      type: outcome.type,
      account: outcome.account,
      tokenId: outcome.moved?.tokenId ?? null,
      amount: outcome.moved?.amount.toString() ?? null,
    },
  };
}

/** A fee quote as the API shows it. */
export function toQuote(quote: FeeQuote): RouteResponse<"quote"> {
  return {
    kind: quote.kind,
    tokenId: quote.tokenId,
    fee: quote.fee.toString(),
    minimumFee: quote.minimumFee.toString(),
    parts: { data: quote.data.toString(), proof: quote.proof.toString(), operator: quote.operator.toString() },
    gasPriceWei: quote.gasPriceWei.toString(),
  };
}
