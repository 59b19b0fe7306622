import { type ChainedBlock, type Chains, type Compress, cellsRoot } from "@cairn/crypto";
import {
  CairnError,
  l1Entry,
  MAX_BATCH_BLOCKS,
  MAX_BATCH_L1_OPERATIONS,
  MAX_BATCH_PAYOUTS,
  MAX_BATCH_ROWS,
  type ProtocolErrorCode,
  payoutEntry,
  ROW_CELLS,
  WORD_BITS,
} from "@cairn/protocol";
import type { EvaluationShape } from "./evaluation.ts";
import type { ChainsWitness } from "./types.ts";

/** The lists of a batch as the circuits take them, named as in `noir/aggregation/src/lists.nr`; unused entries are zero. */
export type ListsWitness = {
  /** Before the first block. */
  chains: ChainsWitness;
  /** Six words of 104 bits each. */
  rows: { isUsed: boolean; words: bigint[] }[];
  operations: { isUsed: boolean; entry: bigint[] }[];
  payouts: { isUsed: boolean; target: bigint; amount: bigint }[];
  blocks: { isUsed: boolean; cellsRoot: bigint; headerCell: bigint }[];
};

/** How batch circuits evaluate the data polynomial: all cells of 1,365 rows. */
export const BATCH_EVALUATION: EvaluationShape = { groupCells: 63, groups: 65 };

const WORDS_OF_A_ROW = 2 * ROW_CELLS;

/**
 * What a batch of consecutive blocks publishes, consumes and pays, as its circuit takes it. Throws `protocol/too-many` when
 * a list is longer than the circuit's, `protocol/malformed-data`, `protocol/malformed-record`.
 *
 * @example listsWitness(chains, blocks).rows.length // 1365
 */
export function listsWitness(chains: Chains, blocks: readonly ChainedBlock[], compress?: Compress): ListsWitness {
  const rows = blocks.flatMap(({ cells }) => rowsOf(cells));
  const operations = blocks.flatMap(({ l1Operations }) => l1Operations.map((operation) => [...l1Entry(operation)]));
  const payouts = blocks.flatMap((block) => block.payouts.map(payoutEntry));
  const hashed = blocks.map(({ cells }) => ({ cellsRoot: cellsRoot(cells, compress), headerCell: cells[0] ?? 0n }));
  return {
    chains: { ...chains },
    rows: list(
      "rows",
      MAX_BATCH_ROWS,
      rows.map((words) => ({ words })),
      () => ({ words: zeros(WORDS_OF_A_ROW) }),
    ),
    operations: list(
      "L1 operations",
      MAX_BATCH_L1_OPERATIONS,
      operations.map((entry) => ({ entry })),
      () => ({
        entry: zeros(ROW_CELLS),
      }),
    ),
    payouts: list(
      "payouts",
      MAX_BATCH_PAYOUTS,
      payouts.map(([target, amount]) => ({ target, amount })),
      () => ({
        target: 0n,
        amount: 0n,
      }),
    ),
    blocks: list("blocks", MAX_BATCH_BLOCKS, hashed, () => ({ cellsRoot: 0n, headerCell: 0n })),
  };
}

/** The words of each row, the high one of a cell first. */
function rowsOf(cells: readonly bigint[]): bigint[][] {
  const words = cells.flatMap((cell) => [cell >> BigInt(WORD_BITS), BigInt.asUintN(WORD_BITS, cell)]);
  return Array.from({ length: Math.ceil(cells.length / ROW_CELLS) }, (_, row) =>
    Array.from({ length: WORDS_OF_A_ROW }, (_, i) => words[WORDS_OF_A_ROW * row + i] ?? 0n),
  );
}

function list<T extends object>(name: string, length: number, used: readonly T[], unused: () => T) {
  if (used.length > length) {
    throw new CairnError<ProtocolErrorCode>("protocol/too-many", `${used.length} ${name} in a batch`);
  }
  return Array.from({ length }, (_, i) => ({ isUsed: i < used.length, ...(used[i] ?? unused()) }));
}

function zeros(length: number): bigint[] {
  return Array.from({ length }, () => 0n);
}
