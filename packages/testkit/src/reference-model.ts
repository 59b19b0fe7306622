import type {
  Account,
  AccountIndex,
  L1Operation,
  L2Transaction,
  Payout,
  SignedTransaction,
  TransactionGroup,
} from "@cairn/protocol";
import type { CapacityLimit, RejectionType } from "@cairn/vm";

/** Accounts at their indices and the index of the next. */
export interface StateInput {
  readonly accounts: ReadonlyMap<AccountIndex, Account>;
  readonly nextIndex: number;
}

/** What a block is made from. */
export interface ModelBlock {
  readonly slotCount: number;
  readonly timestamp: number;
  readonly minValiditySeconds?: number;
  readonly feeAccounts: readonly AccountIndex[];
  readonly l1Operations: readonly L1Operation[];
  readonly groups: readonly TransactionGroup[];
}

/** The two hash computations that the model delegates. */
export interface ModelCrypto {
  isSignedBy(signed: SignedTransaction, key: bigint): boolean;
  linkContent(transaction: L2Transaction): bigint;
}

/** What became of a group. */
export type ModelGroupResult =
  | { readonly type: "included" }
  | { readonly type: "rejected"; readonly reason: RejectionType; readonly index: number }
  | { readonly type: "deferred"; readonly limit: CapacityLimit };

/** The state after the block and everything it decided. */
export interface ModelResult extends StateInput {
  readonly payouts: readonly Payout[];
  /** One per group offered. */
  readonly groups: readonly ModelGroupResult[];
  /** How many of the L1 operations offered were executed; the rest are deferred. */
  readonly l1OperationCount: number;
  /** Four indices, 0 where unused. */
  readonly feeIndices: readonly number[];
}

interface Books {
  accounts: Map<AccountIndex, Account>;
  nextIndex: number;
  payouts: Payout[];
  created: number;
  slots: number;
  extras: number;
  fees: Map<number, bigint>;
}

const FULL = 16_777_216;
const MAX_AMOUNT = 340282366920938463463374607431768211455n;
const MAX_FIELD = 21888242871839275222246405745257275088548364400416034343698204186575808495616n;
const MAX_OWNER = 1461501637330902918203684832716283019655932542975n;
const WHOLE = 1_099_511_627_775;

/**
 * An oracle for blocks (spec 2): maps and integer arithmetic, independent of the VM and sharing no code with it.
 * Precondition: the state keeps the supply invariant of spec 1.5, so no credit overflows.
 */
export function runReferenceModel(state: StateInput, block: ModelBlock, crypto: ModelCrypto): ModelResult {
  let books: Books = {
    accounts: new Map(state.accounts),
    nextIndex: state.nextIndex,
    payouts: [],
    created: 0,
    slots: 0,
    extras: 0,
    fees: new Map(),
  };
  const feeTokens = block.feeAccounts.map((index) => state.accounts.get(index)?.tokenId ?? -1);
  const operations = block.l1Operations.slice(0, block.slotCount / 4);
  for (const operation of operations) queueEntry(books, operation);
  const groups = block.groups.map((group): ModelGroupResult => {
    const draft: Books = {
      ...books,
      accounts: new Map(books.accounts),
      payouts: [...books.payouts],
      fees: new Map(books.fees),
    };
    const result = runGroup(draft, group, block, feeTokens, crypto);
    if (result.type === "included") books = draft;
    return result;
  });
  const feeIndices = [0, 1, 2, 3].map((position) => {
    const index = block.feeAccounts[position];
    const fee = books.fees.get(feeTokens[position] ?? -1);
    if (index === undefined || fee === undefined) return 0;
    add(books, index, fee);
    return index;
  });
  const { accounts, nextIndex, payouts } = books;
  return { accounts, nextIndex, payouts, groups, l1OperationCount: operations.length, feeIndices };
}

function queueEntry(books: Books, operation: L1Operation): void {
  books.slots++;
  const account = books.accounts.get(operation.index);
  if (operation.type === "deposit") {
    const { owner, tokenId, amount, key } = operation;
    const isVouched = account?.key === key || (account?.ownerKey && key === 0n);
    if (account?.owner === owner && account.tokenId === tokenId && isVouched) add(books, operation.index, amount);
    else if (books.nextIndex === FULL) books.payouts.push({ recipient: owner, tokenId, amount });
    else create(books, { owner, tokenId, nonce: 0, ownerKey: key > 0n, balance: amount, key });
    return;
  }
  if (account?.owner !== operation.sender) return;
  if (operation.type === "setKey") {
    books.accounts.set(operation.index, { ...account, key: operation.key, ownerKey: true });
    return;
  }
  books.payouts.push({ recipient: account.owner, tokenId: account.tokenId, amount: account.balance });
  books.accounts.set(operation.index, { ...account, balance: 0n });
}

function runGroup(
  books: Books,
  group: TransactionGroup,
  block: ModelBlock,
  feeTokens: readonly number[],
  crypto: ModelCrypto,
): ModelGroupResult {
  const transactions = group.map((signed) => signed.transaction);
  if (transactions.length === 0) return { type: "rejected", reason: "emptyGroup", index: 0 };
  for (const [index, transaction] of transactions.entries()) {
    const reason = badForm(transaction);
    if (reason !== null) return { type: "rejected", reason, index };
  }
  const withdrawals = transactions.filter(({ type }) => type === "withdraw").length;
  const creations = transactions.filter(({ type }) => type === "transferToNew").length;
  const quarter = block.slotCount / 4;
  const isTooLarge = transactions.length > block.slotCount || withdrawals + creations > quarter;
  if (isTooLarge) return { type: "rejected", reason: "groupTooLarge", index: 0 };
  for (const [index, transaction] of transactions.entries()) {
    const reason = badLink(transactions, index, transaction, crypto);
    if (reason !== null) return { type: "rejected", reason, index };
  }
  if (books.slots + transactions.length > block.slotCount) return { type: "deferred", limit: "slots" };
  if (books.payouts.length + withdrawals > quarter) return { type: "deferred", limit: "payouts" };
  if (books.created + creations > quarter) return { type: "deferred", limit: "newAccounts" };
  if (books.extras + withdrawals + creations > quarter) return { type: "deferred", limit: "extras" };
  for (const [index, signed] of group.entries()) {
    const reason = runTransaction(books, signed, block, feeTokens, crypto);
    if (reason !== null) return { type: "rejected", reason, index };
  }
  return { type: "included" };
}

function badForm(transaction: L2Transaction): RejectionType | null {
  const { type, from, tokenId, nonce, amount, fee, validFrom, validUntil } = transaction;
  if (type !== "transfer" && type !== "transferToNew" && type !== "withdraw") return "unknownKind";
  const to = type === "transfer" ? transaction.to : 0;
  const who = type === "withdraw" ? transaction.recipient : transaction.toOwner;
  const key = type === "withdraw" ? 0n : transaction.toKey;
  const link = type === "withdraw" ? null : transaction.link;
  const fits = (value: number, bits: number) => Number.isInteger(value) && value >= 0 && value < 2 ** bits;
  if (!fits(from, 24) || !fits(to, 24) || !fits(tokenId, 32) || !fits(amount, 40)) return "malformed";
  if (amount !== WHOLE && decimal(amount, 2 ** 35) > MAX_AMOUNT) return "amountOverflow";
  if (!fits(fee, 16) || !fits(nonce, 40) || !fits(validUntil, 32)) return "malformed";
  if (!fits(validFrom, 32) || transaction.reference < 0n || transaction.reference >= 2n ** 248n) return "malformed";
  if (who < 0n || who > MAX_OWNER || key < 0n || key > MAX_FIELD) return "malformed";
  if (link !== null) {
    if (!Number.isInteger(link.offset) || link.offset === 0 || Math.abs(link.offset) > 255) return "malformed";
    if (link.content < 0n || link.content > MAX_FIELD) return "malformed";
  }
  if (type === "transferToNew" && who === 0n) return "zeroOwner";
  return type === "withdraw" && who === 0n ? "zeroRecipient" : null;
}

function badLink(
  transactions: readonly L2Transaction[],
  index: number,
  transaction: L2Transaction,
  crypto: ModelCrypto,
): RejectionType | null {
  if (transaction.type === "withdraw" || transaction.link === null) return null;
  if (transaction.amount === WHOLE) return "wholeBalanceInLink";
  const { offset, content } = transaction.link;
  const other = transactions[index + offset];
  if (other === undefined) return "linkOutOfGroup";
  if (other.type === "withdraw") return "linkToWithdraw";
  if (other.link === null || other.link.offset + offset !== 0) return "linkOneWay";
  return crypto.linkContent(other) === content ? null : "linkContentMismatch";
}

function runTransaction(
  books: Books,
  signed: SignedTransaction,
  block: ModelBlock,
  feeTokens: readonly number[],
  crypto: ModelCrypto,
): RejectionType | null {
  const { transaction } = signed;
  const { from, tokenId, nonce, validUntil } = transaction;
  const sender = books.accounts.get(from);
  if (sender === undefined) return "unknownSender";
  if (sender.tokenId !== tokenId) return "wrongToken";
  if (sender.nonce === 2 ** 40 - 1) return "nonceExhausted";
  if (nonce < sender.nonce) return "nonceTooLow";
  if (nonce > sender.nonce) return "nonceTooHigh";
  if (block.timestamp < transaction.validFrom) return "notYetValid";
  if (block.timestamp > validUntil) return "expired";
  if (block.timestamp + (block.minValiditySeconds ?? 0) > validUntil) return "expiresTooSoon";
  const fee = decimal(transaction.fee, 2 ** 11);
  if (fee > 0n && !feeTokens.includes(tokenId)) return "feeTokenNotAccepted";
  const amount = transaction.amount === WHOLE ? sender.balance - fee : decimal(transaction.amount, 2 ** 35);
  if (amount < 0n || sender.balance - amount - fee < 0n) return "insufficientBalance";
  if (transaction.type === "transfer") {
    const receiver = books.accounts.get(transaction.to);
    if (receiver === undefined) return "unknownReceiver";
    if (receiver.tokenId !== tokenId) return "receiverTokenMismatch";
    if (receiver.owner !== transaction.toOwner) return "receiverOwnerChanged";
    if (receiver.key !== transaction.toKey) return "receiverKeyChanged";
  }
  if (transaction.type === "transferToNew" && books.nextIndex === FULL) return "treeFull";
  if (sender.key === 0n) return "senderHasNoKey";
  if (!crypto.isSignedBy(signed, sender.key)) return "badSignature";

  books.slots++;
  books.accounts.set(from, { ...sender, nonce: nonce + 1, balance: sender.balance - amount - fee });
  if (fee > 0n) books.fees.set(tokenId, (books.fees.get(tokenId) ?? 0n) + fee);
  switch (transaction.type) {
    case "transfer":
      add(books, transaction.to, amount);
      break;
    case "transferToNew":
      books.extras++;
      create(books, {
        owner: transaction.toOwner,
        tokenId,
        nonce: 0,
        ownerKey: false,
        balance: amount,
        key: transaction.toKey,
      });
      break;
    case "withdraw":
      books.extras++;
      books.payouts.push({ recipient: transaction.recipient, tokenId, amount });
  }
  return null;
}

function add(books: Books, index: AccountIndex, amount: bigint): void {
  const account = books.accounts.get(index);
  if (account !== undefined) books.accounts.set(index, { ...account, balance: account.balance + amount });
}

function create(books: Books, account: Account): void {
  books.accounts.set(books.nextIndex as AccountIndex, account);
  books.nextIndex++;
  books.created++;
}

function decimal(encoded: number, mantissas: number): bigint {
  const mantissa = encoded % mantissas;
  return BigInt(`${mantissa}${"0".repeat((encoded - mantissa) / mantissas)}`);
}
