import type { ReceiptPath, ReceiptSiblings } from "@cairn/crypto";
import { BLOCK_SIZES, bigintToHex, CELL_BYTES, MAX_BATCH_BLOCKS, TREE_ARITY } from "@cairn/protocol";
import * as z from "zod/mini";
import {
  type CommittedBatch,
  committedBatchFromJson,
  committedBatchSchema,
  committedBatchToJson,
} from "./committed-batch.ts";
import { countSchema, described, fieldSchema, pathSchema, wordToBigint } from "./values.ts";

const levelsOver = (leaves: number): number => Math.log2(leaves) / Math.log2(TREE_ARITY);
/** Of the trees over the cells of a block and over the blocks of a batch. */
const [MIN_CELL_LEVELS, MAX_CELL_LEVELS] = [levelsOver(Math.min(...BLOCK_SIZES)), levelsOver(Math.max(...BLOCK_SIZES))];
const BLOCK_LEVELS = levelsOver(MAX_BATCH_BLOCKS);

const cellSchema = z.string().check(z.regex(new RegExp(`^0x[0-9a-fA-F]{${2 * CELL_BYTES}}$`)));
/** Proof that a batch on L1 contains a slot: spec 3.9. */
export const receiptSchema = z.object({
  slot: described(countSchema, "the transaction's, within its block"),
  batch: committedBatchSchema,
  path: described(
    z.object({
      block: described(
        z.int().check(z.minimum(0), z.maximum(MAX_BATCH_BLOCKS - 1)),
        "place of the block within the batch",
      ),
      previousBlockHash: fieldSchema,
      headerCell: described(cellSchema, "first cell of the block, 26 bytes"),
      position: described(countSchema, "place of the cell"),
      cell: described(cellSchema, "two slots, 13 bytes each"),
      cellSiblings: described(pathSchema(MAX_CELL_LEVELS, MIN_CELL_LEVELS), "from the cell to the cells root"),
      blockSiblings: described(pathSchema(BLOCK_LEVELS), "from the block hash to the blocks root"),
    }),
    "leads from the cell",
  ),
});

/** A receipt as the API and files have it. */
export type ReceiptJson = z.infer<typeof receiptSchema>;

/** A receipt with what names its batch. */
export interface TransactionReceipt extends CommittedBatch {
  /** The transaction's slot within its block. */
  readonly slot: number;
  readonly path: ReceiptPath;
}

/**
 * A receipt as JSON. Throws `protocol/out-of-range`.
 *
 * @example JSON.stringify(receiptToJson(receipt))
 */
export function receiptToJson(receipt: TransactionReceipt): ReceiptJson {
  const { slot, path } = receipt;
  const siblings = (levels: readonly ReceiptSiblings[]): [string, string, string][] =>
    levels.map(([x, y, z]) => [bigintToHex(x, 32), bigintToHex(y, 32), bigintToHex(z, 32)]);
  return {
    slot,
    batch: committedBatchToJson(receipt),
    path: {
      block: path.block,
      previousBlockHash: bigintToHex(path.previousBlockHash, 32),
      headerCell: bigintToHex(path.headerCell, CELL_BYTES),
      position: path.position,
      cell: bigintToHex(path.cell, CELL_BYTES),
      cellSiblings: siblings(path.cellSiblings),
      blockSiblings: siblings(path.blockSiblings),
    },
  };
}

/**
 * Inverse of {@link receiptToJson}; it checks the form, not what the receipt says. Throws `protocol/unknown-circuit`,
 * `protocol/malformed-data`, `protocol/bad-hex`.
 *
 * @example const { header, path } = receiptFromJson(receiptSchema.parse(JSON.parse(text)));
 */
export function receiptFromJson({ slot, batch, path }: ReceiptJson): TransactionReceipt {
  const siblings = (levels: ReceiptJson["path"]["cellSiblings"]): ReceiptSiblings[] =>
    levels.map(([x, y, z]) => [wordToBigint(x), wordToBigint(y), wordToBigint(z)]);
  return {
    slot,
    ...committedBatchFromJson(batch),
    path: {
      block: path.block,
      previousBlockHash: wordToBigint(path.previousBlockHash),
      headerCell: wordToBigint(path.headerCell),
      position: path.position,
      cell: wordToBigint(path.cell),
      cellSiblings: siblings(path.cellSiblings),
      blockSiblings: siblings(path.blockSiblings),
    },
  };
}
