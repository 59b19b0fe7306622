import type {
  Account,
  AccountIndex,
  BlockNumber,
  BlockSize,
  Domain,
  L1Operation,
  Payout,
  SignedTransaction,
  SlotKindName,
  TokenId,
} from "@cairn/protocol";

/** One leaf before and after a step. An unused step opens the empty leaf 0 and leaves it as it is. */
export interface LeafStep {
  readonly index: AccountIndex;
  readonly before: Account;
  readonly after: Account;
}

/** A transaction as the block executed it. */
export interface TracedTransaction extends SignedTransaction {
  /** The message hash m. */
  readonly id: bigint;
}

/** What one slot did: step `a`, then step `b` on the state that `a` left (spec 6.2 C). */
export interface SlotTrace {
  readonly kind: SlotKindName;
  readonly a: LeafStep;
  readonly b: LeafStep;
  /** Set in L1 slots. */
  readonly l1Operation: L1Operation | null;
  /** Set in L2 slots that are not noops. */
  readonly signed: TracedTransaction | null;
  /** Amount moved, decoded, in the token's smallest unit; 0 for noop and setKey. */
  readonly amount: bigint;
  /** What the slot owes an L1 address (spec 3.7), null if nothing. */
  readonly payout: Payout | null;
  /** Position of the fee credit that receives the fee; null when the fee is 0. */
  readonly feeCredit: number | null;
}

/** One used fee credit at the end of the block (spec 6.2 J). */
export interface FeeCreditTrace {
  readonly tokenId: TokenId;
  readonly amount: bigint;
  readonly leaf: LeafStep;
}

/** All that a witness builder needs besides Merkle paths, which it takes from the tree before the block. */
export interface BlockTrace {
  readonly slotCount: BlockSize;
  readonly domain: Domain;
  readonly blockNumber: BlockNumber;
  /** Seconds since the epoch. */
  readonly timestamp: number;
  readonly oldNextIndex: number;
  readonly newNextIndex: number;
  /** Exactly `slotCount` entries. */
  readonly slots: readonly SlotTrace[];
  /** Exactly FEE_TOKENS_PER_BLOCK entries, null where unused. */
  readonly feeCredits: readonly (FeeCreditTrace | null)[];
}
