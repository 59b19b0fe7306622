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

/** float40 as bits and bytes. */
export type Float40Witness = {
  /** 5, lowest first. */
  exponent: boolean[];
  mantissaTop: bigint;
  /** 4, highest first. */
  mantissa: number[];
};

/** float16 as bits and bytes. */
export type Float16Witness = {
  /** 5, lowest first. */
  exponent: boolean[];
  mantissaTop: bigint;
  mantissaLow: number;
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
  amount: Float40Witness;
  fee: Float16Witness;
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
};

/** All private inputs of the block circuit. */
export type BlockWitness = {
  header: HeaderWitness;
  subroots: bigint[];
  records: RecordWitness[];
  slots: SlotWitness[];
  linkTargets: bigint[];
  feeCredits: FeeCreditWitness[];
  extras: number[][];
  payouts: number[][];
};
