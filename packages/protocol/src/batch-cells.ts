import { type BlockData, blockRows, decodeExtraCells, decodeHeaderCell } from "./cells.ts";
import {
  type BlockSize2,
  CELL_BITS,
  FIELD_MODULUS,
  FIRST_ACCOUNT_INDEX,
  MAX_BATCH_BLOCKS,
  ROW_CELLS,
  TO_L1,
  TO_NEW_ACCOUNT,
  WORD_BITS,
} from "./constants.ts";
import type { ProtocolErrorCode } from "./error-codes.ts";
import { CairnError } from "./errors.ts";
import { type Float16, type Float40, float16, float40 } from "./float.ts";
import { type AccountIndex, accountIndex } from "./ids.ts";
import type { PublishedSlot } from "./published-data.ts";

/** A block read out of a batch's cells. */
export interface ReadBlock {
  readonly slotCount: BlockSize2;
  readonly data: BlockData;
  /** Its cells, whole rows: what the chains take in. */
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
export function readBatchCells(cells: readonly bigint[], blockCount: number, minTimestamp = 0n): ReadBlock[] {
  requireData(
    Number.isInteger(blockCount) && blockCount >= 1 && blockCount <= MAX_BATCH_BLOCKS,
    `${blockCount} blocks in a batch`,
  );
  const blocks: ReadBlock[] = [];
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

function readBlock(all: readonly bigint[], start: number): ReadBlock {
  const { slots: size, extraCount, ...header } = decodeHeaderCell(cellAt(all, start));
  const length = blockRows(size, extraCount) * ROW_CELLS;
  const cells = Array.from({ length }, (_, i) => cellAt(all, start + i));
  const extrasStart = 1 + size / 2;
  let used = 0;
  const takeExtra = (): { readonly owner: bigint; readonly key: bigint } => {
    requireData(used < extraCount, `more extras than the ${extraCount} of the header cell`);
    const at = extrasStart + 2 * used++;
    return decodeExtraCells(cellAt(cells, at), cellAt(cells, at + 1));
  };
  const slots = Array.from({ length: size }, (_, i): PublishedSlot => {
    const cell = cellAt(cells, 1 + Math.floor(i / 2));
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

/** What the word of an L2 transaction says by itself: extras hold new owners, keys and recipients. */
export type SlotWord = {
  readonly from: AccountIndex;
  readonly amount: Float40;
  readonly fee: Float16;
} & ({ readonly type: "transfer"; readonly to: AccountIndex } | { readonly type: "transferToNew" | "withdraw" });

/**
 * Reads the word of an L2 transaction; `word` is not 0. Throws `protocol/malformed-data` for what no slot publishes,
 * `protocol/amount-overflow`.
 *
 * @example decodeSlotWord(word).from // 64
 */
export function decodeSlotWord(word: bigint): SlotWord {
  const from = Number(word >> 80n);
  const to = Number(BigInt.asUintN(24, word >> 56n));
  requireData(from >= FIRST_ACCOUNT_INDEX, `sender index ${from} is an operation code`);
  const common = {
    from: accountIndex(from),
    amount: float40(Number(BigInt.asUintN(40, word >> 16n))),
    fee: float16(Number(BigInt.asUintN(16, word))),
  };
  if (to >= FIRST_ACCOUNT_INDEX) return { type: "transfer", ...common, to: accountIndex(to) };
  requireData(to === TO_NEW_ACCOUNT || to === TO_L1, `unknown operation code ${to}`);
  return { type: to === TO_NEW_ACCOUNT ? "transferToNew" : "withdraw", ...common };
}

function readSlot(word: bigint, takeExtra: () => { readonly owner: bigint; readonly key: bigint }): PublishedSlot {
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
