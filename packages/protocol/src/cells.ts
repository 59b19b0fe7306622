import { assertKey } from "./account.ts";
import { assertUint, bigintToBytes } from "./bytes.ts";
import {
  BLOCK_SIZES,
  type BlockSize,
  blockCapacity,
  CELL_BITS,
  CELL_BYTES,
  FEE_TOKENS_PER_BLOCK,
  FIRST_ACCOUNT_INDEX,
  INDEX_BITS,
  MAX_BATCH_CELLS,
  OWNER_BITS,
  ROW_CELLS,
  WORD_BITS,
} from "./constants.ts";
import type { ProtocolErrorCode } from "./error-codes.ts";
import { CairnError } from "./errors.ts";
import { type AccountIndex, accountIndex } from "./ids.ts";
import { encodeSlotWord, type PublishedSlot, type SlotExtra, slotExtra } from "./slot.ts";

/** What a block publishes. Spec 3.2. */
export interface BlockData {
  /** One entry per slot: their number is the block's size. */
  readonly slots: readonly PublishedSlot[];
  /** Slots that hold L1 operations; they come first and publish nothing. */
  readonly l1Count: number;
  /** Seconds since the epoch, u64. */
  readonly timestamp: bigint;
  /** Accounts credited with the fees, FEE_TOKENS_PER_BLOCK entries; 0 where unused. */
  readonly feeIndices: readonly AccountIndex[];
}

/** Fields of a header cell. */
export interface HeaderCell extends Pick<BlockData, "l1Count" | "timestamp" | "feeIndices"> {
  readonly slots: BlockSize;
  readonly extraCount: number;
}

const WORD = BigInt(WORD_BITS);
/** Bits of a key that stand in the first cell of an extra. */
const KEY_HIGH_BITS = BigInt(CELL_BITS - OWNER_BITS);
const CELL_MASK = (1n << BigInt(CELL_BITS)) - 1n;
const ZERO_CELL = "00".repeat(CELL_BYTES);

/**
 * Rows of a block with this many extras: header and slots, then extras of two cells, filled up to a row.
 *
 * @example blockRows(16, 1) // 4
 */
export function blockRows(slots: BlockSize, extras: number): number {
  return (1 + slots / 2) / ROW_CELLS + Math.ceil((2 * extras) / ROW_CELLS);
}

/**
 * A block as whole rows: header cell ‖ N/2 slot cells ‖ two cells for each extra ‖ zero cells. Throws
 * `protocol/malformed-data`, `protocol/too-many`, `protocol/out-of-range`.
 *
 * @example encodeBlockCells({ slots, feeIndices, l1Count: 0, timestamp: 1_700_000_000n }).length % 3 // 0
 */
export function encodeBlockCells(data: BlockData): bigint[] {
  const size = blockSizeOf(data.slots.length);
  requireData(data.l1Count <= blockCapacity(size), `${data.l1Count} L1 operations`);
  data.slots.slice(0, data.l1Count).forEach((slot, i) => {
    requireData(slot.type === "nothing", `slot ${i} is an L1 operation but publishes a transaction`);
  });
  const extras = data.slots.flatMap((slot) => slotExtra(slot) ?? []);
  if (extras.length > blockCapacity(size)) {
    throw new CairnError<ProtocolErrorCode>("protocol/too-many", `${extras.length} extras in a block of ${size} slots`);
  }
  const words = data.slots.map(encodeSlotWord);
  const used = [
    encodeHeaderCell({ ...data, slots: size, extraCount: extras.length }),
    ...Array.from({ length: size / 2 }, (_, i) => ((words[2 * i] ?? 0n) << WORD) + (words[2 * i + 1] ?? 0n)),
    ...extras.flatMap(encodeExtraCells),
  ];
  const cells = blockRows(size, extras.length) * ROW_CELLS;
  return [...used, ...Array.from({ length: cells - used.length }, () => 0n)];
}

/**
 * The first cell of a block: k 8 ‖ l1Count 16 ‖ extraCount 16 ‖ timestamp 64 ‖ 0 8 ‖ feeIndex 24 × 4, with 4^k slots.
 * Throws `protocol/out-of-range`, `protocol/malformed-data`.
 *
 * @example encodeHeaderCell({ slots: 16, l1Count: 0, extraCount: 0, timestamp: 0n, feeIndices }) >> 200n // 2n
 */
export function encodeHeaderCell(header: HeaderCell): bigint {
  const { slots, l1Count, extraCount, timestamp, feeIndices } = header;
  assertUint("timestamp", timestamp, 64);
  requireData(feeIndices.length === FEE_TOKENS_PER_BLOCK, `${feeIndices.length} fee indices`);
  const counts = [l1Count, extraCount].map((count) => {
    requireData(Number.isInteger(count) && count >= 0 && count <= blockCapacity(slots), `a count of ${count}`);
    return BigInt(count);
  });
  const first = [BigInt(Math.log2(slots) / 2), ...counts].reduce((word, count) => (word << 16n) + count);
  const fees = feeIndices.reduce((word, index) => (word << BigInt(INDEX_BITS)) + BigInt(assertFeeIndex(index)), 0n);
  return (((first << 64n) + timestamp) << WORD) + fees;
}

/**
 * Inverse of {@link encodeHeaderCell}. Throws `protocol/out-of-range`, `protocol/malformed-data` for what no block has.
 *
 * @example decodeHeaderCell(cells[0]).slots // 16
 */
export function decodeHeaderCell(cell: bigint): HeaderCell {
  assertUint("cell", cell, CELL_BITS);
  const field = (shift: number, bits: number): number => Number(BigInt.asUintN(bits, cell >> BigInt(shift)));
  const slots = blockSizeOf(4 ** field(200, 8));
  const [l1Count, extraCount] = [field(184, 16), field(168, 16)];
  requireData(field(96, 8) === 0, "the zero byte of a header cell is not 0");
  requireData(l1Count <= blockCapacity(slots), `${l1Count} L1 operations in ${slots} slots`);
  requireData(extraCount <= blockCapacity(slots), `${extraCount} extras in ${slots} slots`);
  const timestamp = BigInt.asUintN(64, cell >> WORD);
  return {
    slots,
    l1Count,
    extraCount,
    timestamp,
    feeIndices: [72, 48, 24, 0].map((at) => assertFeeIndex(field(at, 24))),
  };
}

/** Owner or recipient 160 ‖ highest 48 bits of the key, and its lowest 208 bits. */
function encodeExtraCells({ owner, key }: SlotExtra): [bigint, bigint] {
  requireData(owner !== 0n, "extra without owner or recipient");
  assertUint("owner", owner, OWNER_BITS);
  assertKey(key);
  return [(owner << KEY_HIGH_BITS) + (key >> BigInt(CELL_BITS)), key & CELL_MASK];
}

/**
 * The extra of two cells. Its key may be r or more: the caller decides.
 *
 * @example const { owner, key } = decodeExtraCells(cells[9], cells[10]);
 */
export function decodeExtraCells(first: bigint, second: bigint): SlotExtra {
  const high = BigInt.asUintN(CELL_BITS - OWNER_BITS, first);
  return { owner: first >> KEY_HIGH_BITS, key: (high << BigInt(CELL_BITS)) + second };
}

/**
 * Cells as they go into calldata: 26 bytes each, zero cells at the end left out. Throws `protocol/out-of-range`,
 * `protocol/too-many` beyond 4,095 cells.
 *
 * @example cellsToBytes([1n, 0n]).length // 26
 */
export function cellsToBytes(cells: readonly bigint[]): Uint8Array {
  const end = cells.findLastIndex((cell) => cell !== 0n) + 1;
  assertCellCount(end);
  const bytes = new Uint8Array(end * CELL_BYTES);
  for (let i = 0; i < end; i++) bytes.set(bigintToBytes(cells[i] ?? 0n, CELL_BYTES), i * CELL_BYTES);
  return bytes;
}

/**
 * Inverse of {@link cellsToBytes}, also with zero cells at the end. Throws `protocol/bad-length`, `protocol/too-many`.
 *
 * @example bytesToCells(cellsToBytes([1n, 2n])) // [1n, 2n]
 */
export function bytesToCells(bytes: Uint8Array): bigint[] {
  if (bytes.length % CELL_BYTES !== 0) {
    throw new CairnError<ProtocolErrorCode>("protocol/bad-length", `${bytes.length} bytes are not whole cells`);
  }
  assertCellCount(bytes.length / CELL_BYTES);
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0"));
  return Array.from({ length: bytes.length / CELL_BYTES }, (_, i) => {
    const cell = digits.slice(i * CELL_BYTES, (i + 1) * CELL_BYTES).join("");
    return cell === ZERO_CELL ? 0n : BigInt(`0x${cell}`);
  });
}

function assertCellCount(cells: number): void {
  if (cells <= MAX_BATCH_CELLS) return;
  throw new CairnError<ProtocolErrorCode>(
    "protocol/too-many",
    `${cells} cells, a batch has at most ${MAX_BATCH_CELLS}`,
  );
}

function blockSizeOf(slots: number): BlockSize {
  const size = BLOCK_SIZES.find((known) => known === slots);
  requireData(size !== undefined, `no block has ${slots} slots`);
  return size;
}

function assertFeeIndex(index: number): AccountIndex {
  requireData(index === 0 || index >= FIRST_ACCOUNT_INDEX, `fee index ${index} is an operation code`);
  return accountIndex(index);
}

function requireData(condition: boolean, reason: string): asserts condition {
  if (!condition) throw new CairnError<ProtocolErrorCode>("protocol/malformed-data", `cells: ${reason}`);
}
