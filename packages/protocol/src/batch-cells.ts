import { type BlockData, blockRows, decodeExtraCells, decodeHeaderCell } from "./cells.ts";
import { type BlockSize, CELL_BITS, FIELD_MODULUS, MAX_BATCH_BLOCKS, ROW_CELLS, WORD_BITS } from "./constants.ts";
import type { ProtocolErrorCode } from "./error-codes.ts";
import { CairnError } from "./errors.ts";
import { decodeSlotWord, type PublishedSlot, type SlotExtra } from "./slot.ts";

/** A block as it is published: what it says, and the cells that say it. */
export interface PublishedBlock {
  readonly slotCount: BlockSize;
  readonly data: BlockData;
  /** Whole rows, as `encodeBlockCells` gives them: what the chains take in. */
  readonly cells: readonly bigint[];
}

const WORD = BigInt(WORD_BITS);
const CELL_LIMIT = 1n << BigInt(CELL_BITS);

/**
 * Reads the cells of a batch of `blockCount` blocks (spec 3.4); those behind its end may be left out. For a batch that L1
 * accepted nothing can fail: a failure says that these are other cells. Throws `protocol/malformed-data`,
 * `protocol/amount-overflow`.
 *
 * @example const blocks = readBatchCells(bytesToCells(calldata), 2);
 */
export function readBatchCells(cells: readonly bigint[], blockCount: number, minTimestamp = 0n): PublishedBlock[] {
  requireData(
    Number.isInteger(blockCount) && blockCount >= 1 && blockCount <= MAX_BATCH_BLOCKS,
    `${blockCount} blocks in a batch`,
  );
  const blocks: PublishedBlock[] = [];
  let start = 0;
  let timestamp = minTimestamp;
  for (let i = 0; i < blockCount; i++) {
    const block = readBlock(cells, start);
    requireData(block.data.timestamp >= timestamp, `block ${i} is older than the one before it`);
    blocks.push(block);
    timestamp = block.data.timestamp;
    start += block.cells.length;
  }
  requireData(
    cells.slice(start).every((cell) => cell === 0n),
    "a cell behind the last block is not 0",
  );
  return blocks;
}

function readBlock(all: readonly bigint[], start: number): PublishedBlock {
  const { slots: size, extraCount, ...header } = decodeHeaderCell(cellAt(all, start));
  const length = blockRows(size, extraCount) * ROW_CELLS;
  const cells = Array.from({ length }, (_, i) => cellAt(all, start + i));
  const extrasStart = 1 + size / 2;
  let used = 0;
  const takeExtra = (): SlotExtra => {
    requireData(used < extraCount, `more extras than the ${extraCount} of the header cell`);
    const at = extrasStart + 2 * used++;
    return decodeExtraCells(cells[at] ?? 0n, cells[at + 1] ?? 0n);
  };
  const slots = Array.from({ length: size }, (_, i): PublishedSlot => {
    const cell = cells[1 + Math.floor(i / 2)] ?? 0n;
    const word = i % 2 === 0 ? cell >> WORD : BigInt.asUintN(WORD_BITS, cell);
    if (i >= header.l1Count) return readSlot(word, takeExtra);
    requireData(word === 0n, `slot ${i} is an L1 operation but publishes a word`);
    return { type: "nothing" };
  });
  requireData(used === extraCount, `${used} slots with extras, the header cell says ${extraCount}`);
  requireData(
    cells.slice(extrasStart + 2 * extraCount).every((cell) => cell === 0n),
    "a filling cell is not 0",
  );
  return { slotCount: size, data: { ...header, slots }, cells };
}

function readSlot(word: bigint, takeExtra: () => SlotExtra): PublishedSlot {
  if (word === 0n) return { type: "nothing" };
  const slot = decodeSlotWord(word);
  if (slot.type === "transfer") return slot;
  const { type, ...common } = slot;
  const { owner, key } = takeExtra();
  requireData(owner !== 0n, "extra without owner or recipient");
  if (type === "transferToNew") {
    requireData(key < FIELD_MODULUS, "key is not a field element");
    return { type, ...common, toOwner: owner, toKey: key };
  }
  requireData(key === 0n, "a withdrawal publishes a key");
  return { type: "withdraw", ...common, recipient: owner };
}

function cellAt(cells: readonly bigint[], position: number): bigint {
  const cell = cells[position] ?? 0n;
  requireData(cell >= 0n && cell < CELL_LIMIT, `cell ${position} has more than ${CELL_BITS} bits`);
  return cell;
}

function requireData(condition: boolean, reason: string): asserts condition {
  if (!condition) throw new CairnError<ProtocolErrorCode>("protocol/malformed-data", `cells: ${reason}`);
}
