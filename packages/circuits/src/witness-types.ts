/**
 * Inputs of the block circuit, field by field as the structs of noir/block name them (camelCase here, snake_case there).
 * bigint stands for a field element, number for a byte or a 32-bit word.
 */
export type IndexWitness = {
  /** 24, lowest first. */
  bits: boolean[];
  /** 3, highest first. */
  bytes: bigint[];
};

/** A leaf before its step. */
export type LeafWitness = {
  owner: bigint;
  tokenId: bigint;
  nonce: bigint;
  ownerKey: bigint;
  balance: bigint;
  key: bigint;
};

/** A leaf, where it stands, and per level below the sub-roots the four children of its parent before the step. */
export type OpeningWitness = {
  index: IndexWitness;
  leaf: LeafWitness;
  children: bigint[][];
};

/** float40 or float16 in its two parts. */
export type FloatWitness = {
  /** 5, lowest first. */
  exponent: boolean[];
  mantissa: bigint;
};

/** Owner or recipient, and key, that one slot publishes. */
export type ExtraWitness = {
  owner: bigint;
  key: bigint;
};

/** Signature with s in two limbs and the y of the signing key. */
export type SignatureWitness = {
  rx: bigint;
  sLow: bigint;
  sHigh: bigint;
  keyY: bigint;
};

/** One slot. */
export type SlotWitness = {
  isTransfer: boolean;
  isTransferToNew: boolean;
  isWithdraw: boolean;
  a: OpeningWitness;
  b: OpeningWitness;
  amount: FloatWitness;
  fee: FloatWitness;
  /** 4, at most one set. */
  feeSelectors: boolean[];
  validUntil: bigint;
  signature: SignatureWitness;
};

/** The L1-queue record of one of the first slots. */
export type RecordWitness = {
  isDeposit: boolean;
  isForcedWithdraw: boolean;
  isSetKey: boolean;
  /** 19. */
  words: number[];
  ownerLow: number;
  tokenIdLow: number;
  amountLow: number;
};

/** One fee credit; index 0 when unused. */
export type FeeCreditWitness = {
  tokenId: bigint;
  index: IndexWitness;
  leaf: LeafWitness;
  children: bigint[][];
};

/** What the public input says that slots do not; 32-bit words, highest first. */
export type HeaderWitness = {
  chainId: number[];
  rollup: number[];
  blockNumber: number[];
  timestamp: number[];
  queueHashBefore: number[];
  oldNextIndex: number;
  dataPoint: number[];
};

/** All private inputs of the block circuit. */
export type BlockWitness = {
  header: HeaderWitness;
  subroots: bigint[];
  records: RecordWitness[];
  slots: SlotWitness[];
  linkTargets: bigint[];
  feeCredits: FeeCreditWitness[];
  extras: ExtraWitness[];
  payouts: number[][];
};
