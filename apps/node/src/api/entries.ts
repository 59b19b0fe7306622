import type { EntryBlock, HistoryRow, StoredEntry, StoredForeignTransaction, StoredPayout } from "@cairn/db";
import {
  bigintToAddress,
  bytesToHex,
  decodeFloat16,
  decodeFloat40,
  type L2Transaction,
  NO_REFERENCE,
  referenceToHex,
  WHOLE_BALANCE,
} from "@cairn/protocol";
import type { RouteResponse, TransactionStatus } from "@cairn/rpc";
import { wordHex } from "../json.ts";

/** An entry of a history as the API shows it. */
export type LedgerEntry = RouteResponse<"ownerHistory">["entries"][number];

const NOTHING = {
  id: null,
  queuePosition: null,
  from: null,
  to: null,
  tokenId: null,
  amount: null,
  fee: null,
  reference: null,
  key: null,
  outcome: null,
  slot: null,
  payout: null,
  l1Transaction: null,
  rejection: null,
} as const satisfies Partial<LedgerEntry>;

/** A stored entry as the API shows it: when it came about, and whether money comes or goes for whoever asks. */
export function toLedgerEntry(
  { atMs, direction }: { readonly atMs: number; readonly direction: HistoryRow["direction"] },
  entry: StoredEntry,
): LedgerEntry {
  const common = { ...NOTHING, direction, atMs, ...blockFields(entry.block) };
  switch (entry.type) {
    case "transaction":
      return { ...common, ...transactionFields(entry) };
    case "foreign":
      return {
        ...common,
        ...foreignFields(entry.transaction),
        status: blockStatus(entry.block),
        payout: toPayoutPart(entry.payout),
      };
    case "l1Operation":
      return { ...common, ...l1Fields(entry) };
    case "fees": {
      const { credit } = entry;
      return {
        ...common,
        type: "fees",
        status: blockStatus(entry.block),
        to: { account: credit.account, owner: bigintToAddress(credit.owner) },
        tokenId: credit.tokenId,
        amount: credit.amount.toString(),
      };
    }
    case "payout": {
      const { payout, cause } = entry;
      return {
        ...common,
        type: "payout",
        status: blockStatus(entry.block),
        id: cause.id === null ? null : wordHex(cause.id),
        queuePosition: cause.queuePosition,
        to: { account: null, owner: bigintToAddress(payout.recipient) },
        tokenId: payout.tokenId,
        amount: payout.amount.toString(),
        slot: payout.slot,
        payout: toPayoutPart(payout),
      };
    }
  }
}

/** Status of what is in a block; null is not in one yet. */
export function blockStatus(block: EntryBlock | null): "received" | "confirmed" | "proven" | "final" {
  if (block === null) return "received";
  return block.status === "proven" || block.status === "final" ? block.status : "confirmed";
}

function blockFields(block: EntryBlock | null) {
  return { block: block?.number ?? null, timestamp: block?.timestamp ?? null };
}

function transactionFields({ transaction: stored, block, payout }: Extract<StoredEntry, { type: "transaction" }>) {
  const { signed, inclusion, status } = stored;
  const { transaction } = signed;
  const { reference } = transaction;
  return {
    type: transaction.type === "withdraw" ? "withdraw" : "transfer",
    status: status === "confirmed" ? blockStatus(block) : (status satisfies TransactionStatus),
    id: wordHex(stored.id),
    from: { account: transaction.from, owner: bigintToAddress(stored.fromOwner) },
    to: receiverOf(transaction, stored.createdIndex),
    tokenId: transaction.tokenId,
    amount: (stored.amount ?? amountOf(transaction))?.toString() ?? null,
    fee: (stored.fee ?? decodeFloat16(transaction.fee)).toString(),
    reference: reference === NO_REFERENCE ? null : referenceToHex(reference),
    ...(stored.isRecalled === true ? { isRecalled: true } : {}),
    slot: inclusion?.slot ?? null,
    payout: toPayoutPart(payout),
    rejection: stored.rejection && { ...stored.rejection },
  } as const;
}

/** What is to move; null for a whole balance that has not moved yet. */
function amountOf({ amount }: L2Transaction): bigint | null {
  return amount === WHOLE_BALANCE ? null : decodeFloat40(amount);
}

function receiverOf(transaction: L2Transaction, createdIndex: number | null): LedgerEntry["to"] {
  switch (transaction.type) {
    case "transfer":
      return { account: transaction.to, owner: bigintToAddress(transaction.toOwner) };
    case "transferToNew":
      return { account: createdIndex, owner: bigintToAddress(transaction.toOwner) };
    case "withdraw":
      return { account: null, owner: bigintToAddress(transaction.recipient) };
  }
}

function foreignFields({ kind, from, to, recipient, tokenId, amount, fee, slot }: StoredForeignTransaction) {
  return {
    type: kind === "withdraw" ? "withdraw" : "transfer",
    from: { account: from.index, owner: bigintToAddress(from.owner) },
    to:
      to === null
        ? { account: null, owner: bigintToAddress(recipient ?? 0n) }
        : { account: to.index, owner: bigintToAddress(to.owner) },
    tokenId,
    amount: amount.toString(),
    fee: fee.toString(),
    slot,
  } as const;
}

function l1Fields({ entry, outcome, block, payout }: Extract<StoredEntry, { type: "l1Operation" }>) {
  const { operation } = entry;
  const common = {
    type: operation.type,
    status: blockStatus(block),
    queuePosition: entry.index,
    l1Transaction: bytesToHex(entry.l1Transaction),
    key: operation.type === "forcedWithdraw" || operation.key === 0n ? null : wordHex(operation.key),
    outcome: outcome?.type ?? null,
    slot: outcome?.slot ?? null,
    payout: toPayoutPart(payout),
  };
  if (operation.type === "deposit") {
    return {
      ...common,
      to: { account: outcome?.account ?? null, owner: bigintToAddress(operation.owner) },
      tokenId: operation.tokenId,
      amount: operation.amount.toString(),
    };
  }
  return {
    ...common,
    from: { account: operation.index, owner: bigintToAddress(operation.sender) },
    tokenId: outcome?.moved?.tokenId ?? null,
    amount: outcome?.moved?.amount.toString() ?? null,
  };
}

function toPayoutPart(payout: StoredPayout | null): LedgerEntry["payout"] {
  if (payout === null) return null;
  const { blockNumber: block, position, status, l1Transaction } = payout;
  return { block, position, status, l1Transaction: l1Transaction && bytesToHex(l1Transaction) };
}
