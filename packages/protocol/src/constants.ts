/** Protocol constants. The single source: `scripts/generate-constants.ts` writes the Noir and Solidity copies. */

/** BN254 scalar field modulus r; every field element of the protocol is below it. */
export const FIELD_MODULUS = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;

/** Order B of BLS12-381's scalar field: the field of blobs, in which the polynomial of a batch's cells is evaluated. */
export const BLOB_MODULUS = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n;

/** Children of a state-tree node. */
export const TREE_ARITY = 4;
/** Levels of the state tree below its root. */
export const TREE_DEPTH = 12;
/** Leaves of the state tree. */
export const MAX_ACCOUNTS = TREE_ARITY ** TREE_DEPTH;
/** Indices below this are operation codes and never hold an account. */
export const FIRST_ACCOUNT_INDEX = 64;
/** `to` of a transfer that creates its receiver. */
export const TO_NEW_ACCOUNT = 0;
/** `to` of a withdrawal. */
export const TO_L1 = 1;

/** Slots a block may have: powers of 4, so that header and slots end on rows. */
export const BLOCK_SIZES = [16, 64, 256, 1024] as const;
/** Number of slots of a block. */
export type BlockSize = (typeof BLOCK_SIZES)[number];
/** Sizes of blocks that a solo circuit proves, so that one may be a batch of its own. Nodes build no others. */
export const SOLO_SIZES = [16, 64, 256] as const satisfies readonly BlockSize[];
/** Number of slots of a block that may be a batch of its own. */
export type SoloSize = (typeof SOLO_SIZES)[number];
/** L1 operations, payouts, new accounts and extras a block may have: slots / CAPACITY_DIVISOR each. */
export const CAPACITY_DIVISOR = 4;
/** Fee credits, and so fee tokens, of a block. */
export const FEE_TOKENS_PER_BLOCK = 4;

export const OWNER_BITS = 160;
export const TOKEN_ID_BITS = 32;
export const NONCE_BITS = 40;
/** Seconds since the epoch, as transactions name them. */
export const TIME_BITS = 32;
/** A payment reference: 31 bytes, so that each is a field element. */
export const REFERENCE_BITS = 248;
export const BALANCE_BITS = 128;
/** Bits of an encoded amount, and of an encoded fee. */
export const AMOUNT_BITS = 40;
export const FEE_BITS = 16;
/** Bits of an account index: two for each level of the tree. */
export const INDEX_BITS = Math.log2(TREE_ARITY) * TREE_DEPTH;

export const INDEX_BYTES = INDEX_BITS / 8;
export const AMOUNT_BYTES = AMOUNT_BITS / 8;
export const FEE_BYTES = FEE_BITS / 8;
export const OWNER_BYTES = OWNER_BITS / 8;
export const TOKEN_ID_BYTES = TOKEN_ID_BITS / 8;
export const BALANCE_BYTES = BALANCE_BITS / 8;
/** Bytes of a field element, such as a key. */
export const FIELD_BYTES = 32;
/** Published bytes of a slot, its word: from 3, to 3, amount 5, fee 2. */
export const SLOT_BYTES = 2 * INDEX_BYTES + AMOUNT_BYTES + FEE_BYTES;
/** Bytes of an L1-queue record: type 1, owner 20, tokenId 4, amount 16, index 3, key 32. */
export const QUEUE_RECORD_BYTES = 1 + OWNER_BYTES + TOKEN_ID_BYTES + BALANCE_BYTES + INDEX_BYTES + FIELD_BYTES;
/** Bytes of a payout record: recipient 20, tokenId 4, amount 16. */
export const PAYOUT_BYTES = OWNER_BYTES + TOKEN_ID_BYTES + BALANCE_BYTES;
/** Bits of a word of published data, which holds a slot. */
export const WORD_BITS = 8 * SLOT_BYTES;
/** Bits of a cell: two words. */
export const CELL_BITS = 2 * WORD_BITS;
export const CELL_BYTES = CELL_BITS / 8;
/** Published bytes of an extra, two cells: owner or recipient 20, key 32. */
export const EXTRA_BYTES = 2 * CELL_BYTES;
/** Cells of a row, which is one step of the data chain. */
export const ROW_CELLS = 3;
/** Most rows, cells, L1 operations, payouts and blocks of a batch. */
export const MAX_BATCH_ROWS = 1365;
export const MAX_BATCH_CELLS = MAX_BATCH_ROWS * ROW_CELLS;
export const MAX_BATCH_L1_OPERATIONS = 512;
export const MAX_BATCH_PAYOUTS = 1024;
export const MAX_BATCH_BLOCKS = 64;

/** Bit positions inside a leaf's `meta` word. */
export const META_TOKEN_ID_SHIFT = 160;
export const META_NONCE_SHIFT = 192;
export const META_FLAGS_SHIFT = 232;
/** Flag bit: the owner authorised the key on L1. */
export const FLAG_OWNER_KEY = 1;

export const FLOAT40_MANTISSA_BITS = 35;
export const FLOAT16_MANTISSA_BITS = 11;
export const FLOAT_EXPONENT_BITS = 5;
/** Encoded amount that means "the whole balance less the fee". */
export const AMOUNT_WHOLE_BALANCE = 2 ** AMOUNT_BITS - 1;
/** Encoded link offset of a transaction without link; a link to the slot d places on is LINK_BIAS + d. */
export const LINK_BIAS = 256;

/** Domain separation tags of `compress`. */
export const TAG_MESSAGE = 1n;
export const TAG_SIGNATURE = 2n;
export const TAG_LINK = 3n;

/** Kinds of a slot. L1-queue records carry the same numbers as their type byte. */
export const SLOT_KIND = {
  noop: 0,
  transfer: 1,
  transferToNew: 2,
  withdraw: 3,
  deposit: 4,
  forcedWithdraw: 5,
  setKey: 6,
} as const;
/** Name of a slot kind. */
export type SlotKindName = keyof typeof SLOT_KIND;

/** Tokens: 0 is ETH. */
export const ETH_TOKEN_ID = 0;
/** Seconds after which L1 refuses the first block of a batch as too old (spec 7.1). */
export const MAX_BATCH_AGE_SECONDS = 21_600;

/** Capacity of a block of `slots` slots for L1 operations, payouts, new accounts and extras, each. */
export function blockCapacity(slots: BlockSize): number {
  return slots / CAPACITY_DIVISOR;
}
