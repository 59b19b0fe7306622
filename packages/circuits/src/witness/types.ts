/**
 * Inputs of the block circuits, with the field names of the structs in noir (camelCase here, snake_case there). The tables
 * at the head of `block.nr` and `slot.nr` give each one's meaning and say where its width is asserted. A bigint is a field
 * element, a boolean a bit. Comments give the length of lists: N slots, C = N / 4 capacity, L levels below the sub-roots.
 */
export type IndexWitness = {
  /** 24, lowest first: they choose the path. */
  bits: boolean[];
  /** 3, highest first, 8 bits each: the same number, as published. */
  bytes: bigint[];
};

/** A leaf before its step. */
export type LeafWitness = {
  /** 160 bits; 0 only in the empty leaf. */
  owner: bigint;
  /** 32 bits. */
  tokenId: bigint;
  /** 40 bits. */
  nonce: bigint;
  /** 0 or 1: the owner authorised the key on L1. */
  ownerKey: bigint;
  /** 128 bits, in the token's smallest unit. */
  balance: bigint;
  /** x of the L2 public key, 0 for none. */
  key: bigint;
};

/** A leaf and its place in the tree. */
export type OpeningWitness = {
  index: IndexWitness;
  leaf: LeafWitness;
  /**
   * L × 4, lowest level first: the children of the leaf's ancestor before the step, the node on the path among them.
   */
  children: bigint[][];
};

/** float40 or float16 in its two parts. */
export type FloatWitness = {
  /** 5, lowest first. */
  exponent: boolean[];
  /** 35 or 11 bits. */
  mantissa: bigint;
};

/**
 * What one transferToNew or withdraw publishes besides its slot: owner of the new account or L1 recipient, and key of the
 * new account, 0 for none and for a withdrawal; cut where words end.
 */
export type ExtraWitness = {
  /** 104 and 56 bits. */
  ownerHigh: bigint;
  ownerLow: bigint;
  /** 46, 104 and 104 bits. */
  keyHigh: bigint;
  keyMiddle: bigint;
  keyLow: bigint;
};

/** A signature and the y of the signing key. */
export type SignatureWitness = {
  /** x of the nonce point, not 0. */
  rx: bigint;
  /** Lowest 128 bits of s. */
  sLow: bigint;
  /** Highest 126 bits of s. */
  sHigh: bigint;
  /** Either of the two y that match the key. */
  keyY: bigint;
};

/** One slot. The flags say which L2 transaction it holds; none for a noop and an L1 operation. */
export type SlotWitness = {
  isTransfer: boolean;
  isTransferToNew: boolean;
  isWithdraw: boolean;
  /** The account that is debited, or that an L1 operation names. */
  a: OpeningWitness;
  /** The account that is credited or created; index 0 when there is none. */
  b: OpeningWitness;
  /** float40; zero unless signed. */
  amount: FloatWitness;
  /** float16; zero unless signed. */
  fee: FloatWitness;
  /** 4, one per fee credit; exactly one is set if the fee is not 0. */
  feeSelectors: boolean[];
  /** 32 bits, seconds. */
  validUntil: bigint;
  signature: SignatureWitness;
};

/** What the sender of a slot signs about when and why; zeros unless signed. */
export type TermsWitness = {
  /** 31 bytes. */
  reference: bigint;
  /** 32 bits, seconds. */
  validFrom: bigint;
};

/** The L1 operation of one of the first C slots; all zero for none. */
export type L1Witness = {
  isDeposit: boolean;
  isForcedWithdraw: boolean;
  isSetKey: boolean;
  /** Owner or sender, 160 bits. */
  owner: bigint;
  /** 32 bits. */
  tokenId: bigint;
  /** 128 bits. */
  amount: bigint;
  /** 24 bits. */
  index: bigint;
  key: bigint;
};

/** A payout; all zero for none. */
export type PayoutWitness = {
  /** recipient 160 ‖ tokenId 32. */
  target: bigint;
  amount: bigint;
};

/** One fee credit; all zero when unused. */
export type FeeCreditWitness = {
  /** Token of the account that receives the fees. */
  tokenId: bigint;
  index: IndexWitness;
  leaf: LeafWitness;
  /** As of an opening. */
  children: bigint[][];
};

/** The chains before a block or a batch. */
export type ChainsWitness = {
  data: bigint;
  l1: bigint;
  payouts: bigint;
  /** Hash of the last block. */
  blocks: bigint;
};

/** All private inputs of a block circuit. */
export type BlockWitness = {
  chains: ChainsWitness;
  /** 4^T nodes at depth T before the block, in index order. */
  subroots: bigint[];
  /** C. */
  l1Operations: L1Witness[];
  /** N. */
  slots: SlotWitness[];
  /** N. */
  terms: TermsWitness[];
  /** N: position of the linked partner, the slot's own without one. */
  linkTargets: bigint[];
  /** 4. */
  feeCredits: FeeCreditWitness[];
  /** C. */
  extras: ExtraWitness[];
  /** C. */
  payouts: PayoutWitness[];
};
