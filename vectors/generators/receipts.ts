import { makeReceipt } from "@cairn/crypto";
import { batchCommitment, bytesToHex, calldataCommitment, cellsToBytes, encodeBatchHeader } from "@cairn/protocol";
import { REAL_CRYPTO } from "@cairn/testkit";
import { type Vector, word } from "../json.ts";
import { batchOf, type ChainedBlock, sampleBatches } from "./batches.ts";

const { compress } = REAL_CRYPTO;

/** Receipts of slots and extras from every batch, with what they show. */
export function receiptVectors(): Vector {
  return {
    cases: sampleBatches.flatMap((blocks, batch) =>
      blocks.flatMap((_, position) => receiptsOf(blocks, batch + 1, position)),
    ),
  };
}

/** Of the first and last slot cell with transactions, and of the first extra. */
function receiptsOf(blocks: readonly ChainedBlock[], batchNumber: number, position: number): Vector[] {
  const block = blocks[position];
  if (block === undefined) return [];
  const slotCells = block.cells.slice(1, 1 + block.block.slotCount / 2);
  const isUsed = (cell: bigint): boolean => cell !== 0n;
  const chosen = [slotCells.findIndex(isUsed), slotCells.findLastIndex(isUsed), slotCells.length];
  return [...new Set(chosen)].filter((at) => at >= 0).map((at) => receiptVector(blocks, batchNumber, position, at));
}

function receiptVector(blocks: readonly ChainedBlock[], batchNumber: number, block: number, position: number): Vector {
  const data = cellsToBytes(blocks.flatMap(({ cells }) => cells));
  const batch = batchOf(blocks, { source: "calldata", commitment: calldataCommitment(data) });
  const { firstBlock } = batch.header;
  const receipt = makeReceipt(
    { firstBlock, previousBlockHash: batch.first.before.blocks, blocks: blocks.map(({ cells }) => cells) },
    block,
    position,
    compress,
  );
  const executed = blocks[block]?.block;
  if (executed === undefined) throw new RangeError("no such block");
  return {
    batchNumber,
    blockNumber: Number(firstBlock) + block,
    blockPosition: block,
    blockSiblings: receipt.blockSiblings.flat().map(word),
    cell: word(receipt.cell),
    cellSiblings: receipt.cellSiblings.flat().map(word),
    commitment: bytesToHex(batchCommitment(batch.header, batch.fields.dataCommitment, batch.fields.payoutsHash)),
    dataCommitment: bytesToHex(batch.fields.dataCommitment),
    header: bytesToHex(encodeBatchHeader(batch.header)),
    headerCell: word(receipt.headerCell),
    l1Count: executed.data.l1Count,
    payoutsHash: bytesToHex(batch.fields.payoutsHash),
    position,
    previousBlockHash: word(receipt.previousBlockHash),
    slotCount: executed.slotCount,
    timestamp: Number(executed.data.timestamp),
  };
}
