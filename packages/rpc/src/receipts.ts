import type { ReceiptPath, ReceiptSiblings } from "@cairn/crypto";
import {
  BATCH_HEADER_BYTES,
  type BatchHeader,
  bigintToHex,
  bytesToHex,
  CELL_BYTES,
  decodeBatchHeader,
  encodeBatchHeader,
  hexToBytes,
  MAX_BATCH_BLOCKS,
} from "@cairn/protocol";
import * as z from "zod/mini";
import { countSchema, described, fieldSchema, wordSchema, wordToBigint } from "./values.ts";

const cellSchema = z.string().check(z.regex(new RegExp(`^0x[0-9a-fA-F]{${2 * CELL_BYTES}}$`)));
const siblingsSchema = z.array(z.tuple([fieldSchema, fieldSchema, fieldSchema]));

/** Proof that a batch on L1 contains a slot: spec 3.9. */
export const receiptSchema = z.object({
  slot: described(countSchema, "the transaction's, within its block"),
  batch: described(
    z.object({
      number: described(countSchema, "assigned by the contract"),
      header: described(
        z.string().check(z.regex(new RegExp(`^0x[0-9a-fA-F]{${2 * BATCH_HEADER_BYTES}}$`))),
        "fields of `BatchHeader` in the order of the struct, without filling",
      ),
      dataCommitment: wordSchema,
      payoutsHash: wordSchema,
    }),
    "their hash is `batchCommitment` of the contract",
  ),
  path: described(
    z.object({
      block: described(
        z.int().check(z.minimum(0), z.maximum(MAX_BATCH_BLOCKS - 1)),
        "place of the block within the batch",
      ),
      previousBlockHash: fieldSchema,
      headerCell: described(cellSchema, "first cell of the block, 26 bytes"),
      position: described(countSchema, "place of the cell among the leaves of the cells root"),
      cell: described(cellSchema, "two slots, 13 bytes each"),
      cellSiblings: described(siblingsSchema, "from the cell to the cells root, lowest level first"),
      blockSiblings: described(siblingsSchema, "from the block hash to the blocks root"),
    }),
    "leads from the cell to the header's blocks root",
  ),
});

/** A receipt as the API and files have it. */
export type ReceiptJson = z.infer<typeof receiptSchema>;

/** A receipt with what names its batch. */
export interface TransactionReceipt {
  /** The transaction's slot within its block. */
  readonly slot: number;
  /** As counted by the contract. */
  readonly batchNumber: number;
  readonly header: BatchHeader;
  /** 32 bytes each. */
  readonly dataCommitment: Uint8Array;
  readonly payoutsHash: Uint8Array;
  readonly path: ReceiptPath;
}

/**
 * A receipt as JSON. Throws `protocol/out-of-range`.
 *
 * @example JSON.stringify(receiptToJson(receipt))
 */
export function receiptToJson(receipt: TransactionReceipt): ReceiptJson {
  const { slot, batchNumber, header, dataCommitment, payoutsHash, path } = receipt;
  const siblings = (levels: readonly ReceiptSiblings[]): [string, string, string][] =>
    levels.map(([x, y, z]) => [bigintToHex(x, 32), bigintToHex(y, 32), bigintToHex(z, 32)]);
  return {
    slot,
    batch: {
      number: batchNumber,
      header: bytesToHex(encodeBatchHeader(header)),
      dataCommitment: bytesToHex(dataCommitment),
      payoutsHash: bytesToHex(payoutsHash),
    },
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
    batchNumber: batch.number,
    header: decodeBatchHeader(hexToBytes(batch.header)),
    dataCommitment: hexToBytes(batch.dataCommitment, 32),
    payoutsHash: hexToBytes(batch.payoutsHash, 32),
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
