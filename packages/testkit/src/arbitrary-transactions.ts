import {
  type Account,
  type AccountIndex,
  accountIndex,
  assertTransaction,
  type Domain,
  encodeFloat16,
  encodeFloat40,
  FIELD_MODULUS,
  type Float40,
  floorToFloat16,
  floorToFloat40,
  isCairnError,
  type L2Transaction,
  MAX_ACCOUNTS,
  type SignedTransaction,
  type TransactionGroup,
  tokenId,
  WHOLE_BALANCE,
} from "@cairn/protocol";
import fc from "fast-check";
import { PEOPLE } from "./arbitrary-state.ts";
import type { Person } from "./people.ts";
import type { StateInput } from "./reference-model.ts";
import { linkContentOf, signTransaction, type TestCrypto } from "./test-crypto.ts";

const FLAWS = [
  "nonceTooLow",
  "nonceTooHigh",
  "wrongToken",
  "tooEarly",
  "expired",
  "badSignature",
  "foreignSigner",
  "receiverOwner",
  "receiverKey",
  "zeroReceiver",
  "unknownSender",
  "unknownReceiver",
  "receiverToken",
  "overflow",
  "malformed",
  "linkOneWay",
  "linkContent",
  "linkOutOfGroup",
  "linkToWithdraw",
  "wholeBalanceInLink",
] as const;

type Flaw = (typeof FLAWS)[number];

/** A transaction before it is fitted to a state. */
interface TransactionDraft {
  readonly kind: L2Transaction["type"];
  readonly sender: number;
  readonly receiver: number;
  readonly stranger: Person;
  /** Share of the balance in 1/1000, "whole", or "tooMuch". */
  readonly amount: number | "whole" | "tooMuch";
  /** Share of the balance in 1/10^6, 0 for none. */
  readonly fee: number;
  /** Null for a transaction that was valid from the beginning of time. */
  readonly startedSecondsAgo: number | null;
  readonly expiresInSeconds: number;
  readonly reference: bigint;
  readonly flaw: Flaw | null;
}

/** One transaction, or two that are linked or merely grouped. */
export interface GroupDraft {
  readonly first: TransactionDraft;
  readonly second: TransactionDraft | null;
  readonly isLinked: boolean;
}

/** What drafts are fitted to. */
export interface TransactionSite {
  readonly state: StateInput;
  readonly feeAccounts: readonly AccountIndex[];
  readonly timestamp: number;
  readonly domain: Domain;
  readonly crypto: TestCrypto;
}

/** Drafts of transactions: `flawed` of 100 have one flaw, each of another kind. */
function arbitraryTransactionDraft(flawed: number): fc.Arbitrary<TransactionDraft> {
  return fc.record({
    kind: fc.oneof(
      { weight: 6, arbitrary: fc.constant("transfer" as const) },
      { weight: 2, arbitrary: fc.constantFrom("transferToNew" as const, "withdraw" as const) },
    ),
    sender: fc.nat(31),
    receiver: fc.nat(31),
    stranger: fc.constantFrom(...PEOPLE),
    amount: fc.oneof(
      { weight: 20, arbitrary: fc.nat(300) },
      { weight: 2, arbitrary: fc.nat(1000) },
      { weight: 3, arbitrary: fc.constantFrom("whole" as const, "whole" as const, "tooMuch" as const) },
    ),
    fee: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 4, arbitrary: fc.nat(1000) }),
    startedSecondsAgo: fc.option(fc.oneof(fc.constant(0), fc.nat(10_000))),
    expiresInSeconds: fc.oneof(fc.constant(0), fc.nat(10_000)),
    reference: fc.oneof(fc.constant(0n), fc.bigInt(0n, 2n ** 248n - 1n)),
    flaw: fc.oneof(
      { weight: 100 - flawed, arbitrary: fc.constant(null) },
      { weight: flawed, arbitrary: fc.constantFrom<Flaw[]>(...FLAWS) },
    ),
  });
}

/** Drafts of groups; see {@link toGroup}. */
export function arbitraryGroupDraft(flawed: number): fc.Arbitrary<GroupDraft> {
  const draft = arbitraryTransactionDraft(flawed);
  return fc.record({
    first: draft,
    second: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: draft }),
    isLinked: fc.boolean(),
  });
}

/** The group of a draft, valid on the site's state but for the draft's flaws and what the state cannot give. */
export function toGroup({ first, second, isLinked }: GroupDraft, site: TransactionSite): TransactionGroup {
  const one = toTransaction(first, site);
  if (second === null) {
    const lonely = first.flaw === "linkOutOfGroup" ? withLink(one, 1, 5n) : one;
    return [signDraft(lonely, first, site)];
  }
  const other = toTransaction(second, site, one.from === senderOf(second, site.state) ? 1 : 0);
  const isLinkable = one.type !== "withdraw" && other.type !== "withdraw";
  if (!isLinked || (!isLinkable && first.flaw === null))
    return [signDraft(one, first, site), signDraft(other, second, site)];
  const pair = [
    withLink(one, 1, contentFor(other, second, site)),
    withLink(other, second.flaw === "linkOneWay" ? -2 : -1, contentFor(one, first, site)),
  ] as const;
  return [signDraft(pair[0], first, site), signDraft(pair[1], second, site)];
}

function toTransaction(draft: TransactionDraft, site: TransactionSite, nonceAhead = 0): L2Transaction {
  const { state, timestamp } = site;
  const { flaw } = draft;
  const from = flaw === "unknownSender" ? accountIndex(70_000) : senderOf(draft, state);
  const sender = state.accounts.get(from);
  const balance = sender?.balance ?? 0n;
  const isFeeTaken = site.feeAccounts.some((index) => state.accounts.get(index)?.tokenId === sender?.tokenId);
  const fee = isFeeTaken || draft.fee % 16 === 1 ? floorToFloat16((balance * BigInt(draft.fee)) / 1_000_000n) : 0n;
  const common = {
    from,
    nonce: flawedNonce((sender?.nonce ?? 0) + nonceAhead, flaw),
    tokenId: flaw === "wrongToken" ? tokenId(5) : (sender?.tokenId ?? tokenId(0)),
    amount: encodedAmount(draft, balance, fee),
    fee: encodeFloat16(fee),
    validFrom: flaw === "tooEarly" ? timestamp + 1 : Math.max(0, timestamp - (draft.startedSecondsAgo ?? timestamp)),
    reference: draft.reference,
    validUntil: flaw === "expired" ? timestamp - 1 : timestamp + draft.expiresInSeconds,
  };
  const strangerKey = draft.receiver % 3 === 0 ? 0n : draft.stranger.key;
  const toOwner = flaw === "zeroReceiver" ? 0n : draft.stranger.owner;
  const kind = flaw === "linkToWithdraw" ? "withdraw" : draft.kind;
  if (kind === "withdraw") return { type: "withdraw", ...common, recipient: toOwner };
  if (kind === "transferToNew") {
    const toKey = flaw === "malformed" ? FIELD_MODULUS : strangerKey;
    return { type: "transferToNew", ...common, toOwner, toKey, link: null };
  }
  const [to, receiver] = receiverOf(draft, sender, state);
  return {
    type: "transfer",
    ...common,
    to,
    toOwner: flaw === "receiverOwner" ? receiver.owner ^ 1n : receiver.owner,
    toKey: flaw === "malformed" ? FIELD_MODULUS : flaw === "receiverKey" ? receiver.key ^ 1n : receiver.key,
    link: null,
  };
}

function senderOf(draft: TransactionDraft, { accounts }: StateInput): AccountIndex {
  const indices = [...accounts.keys()];
  const able = indices.filter((index) => {
    const account = accounts.get(index);
    return account !== undefined && account.key !== 0n && account.balance > 0n;
  });
  const choice = draft.sender % 8 === 0 || able.length === 0 ? indices : able;
  return choice[draft.sender % choice.length] ?? accountIndex(64);
}

/** Another account of the sender's token where there is one, else the sender's own. */
function receiverOf(
  draft: TransactionDraft,
  sender: Account | undefined,
  { accounts, nextIndex }: StateInput,
): readonly [AccountIndex, Pick<Account, "owner" | "key">] {
  const { flaw, stranger } = draft;
  if (flaw === "unknownReceiver" || sender === undefined) {
    return [accountIndex(Math.min(nextIndex, MAX_ACCOUNTS - 1)), stranger];
  }
  const fitting = [...accounts].filter(
    ([, { tokenId }]) => (tokenId === sender.tokenId) === (flaw !== "receiverToken"),
  );
  return fitting[draft.receiver % fitting.length] ?? [accountIndex(40), stranger];
}

function encodedAmount({ amount, flaw }: TransactionDraft, balance: bigint, fee: bigint): Float40 {
  if (flaw === "overflow") return (2 ** 40 - 2) as Float40;
  if (flaw === "wholeBalanceInLink" || amount === "whole") return WHOLE_BALANCE;
  if (amount === "tooMuch") return encodeFloat40(floorToFloat40(balance * 10n + 1n));
  const share = (balance * BigInt(amount)) / 1000n;
  return encodeFloat40(floorToFloat40(share > fee ? share - fee : share));
}

function flawedNonce(nonce: number, flaw: Flaw | null): number {
  const wanted = flaw === "nonceTooLow" ? nonce - 1 : flaw === "nonceTooHigh" ? nonce + 1 : nonce;
  return Math.min(Math.max(wanted, 0), 2 ** 40 - 1);
}

function withLink(transaction: L2Transaction, offset: number, content: bigint): L2Transaction {
  return transaction.type === "withdraw" ? transaction : { ...transaction, link: { offset, content } };
}

function contentFor(partner: L2Transaction, { flaw }: TransactionDraft, site: TransactionSite): bigint {
  if (!isWellFormed(partner)) return 3n;
  const content = linkContentOf(partner, site.crypto);
  return flaw === "linkContent" ? content / 2n : content;
}

function signDraft(transaction: L2Transaction, draft: TransactionDraft, site: TransactionSite): SignedTransaction {
  const { flaw } = draft;
  const key = site.state.accounts.get(transaction.from)?.key;
  const holder = PEOPLE.find((person) => person.key === key) ?? draft.stranger;
  const signer = flaw === "foreignSigner" ? (PEOPLE.find((person) => person !== holder) ?? holder) : holder;
  if (!isWellFormed(transaction)) return { transaction, signature: { rx: 1n, s: 1n } };
  const signed = signTransaction(transaction, signer, site.domain, site.crypto);
  if (flaw !== "badSignature") return signed;
  return { transaction, signature: { ...signed.signature, s: signed.signature.s ^ 1n } };
}

function isWellFormed(transaction: L2Transaction): boolean {
  try {
    assertTransaction(transaction);
    return true;
  } catch (error) {
    if (isCairnError(error)) return false;
    throw error;
  }
}
