import { cellsToBlob, createBlobKzg, encodeOpening, versionedHash } from "@cairn/blobs";
import { makeReceipt } from "@cairn/crypto";
import {
  batchCommitment,
  bytesToHex,
  CairnError,
  calldataCommitment,
  cellsToBytes,
  encodeBatchHeader,
} from "@cairn/protocol";
import { REAL_CRYPTO } from "@cairn/testkit";
import { type Vector, word } from "../json.ts";
import { batchFields, batchOf, type ChainedBlock, sampleBatches } from "./protocol-2.ts";

const { compress } = REAL_CRYPTO;

/** The last batch in a blob: as with calldata, but `data` is the opening, and the data commitment its versioned hash. */
export function blob2Vectors(): Vector {
  const kzg = createBlobKzg();
  const cases = sampleBatches.slice(-1).map((blocks) => {
    const blob = cellsToBlob(blocks.flatMap(({ cells }) => cells));
    const batch = batchOf(blocks, { source: "blob", commitment: versionedHash(kzg.commit(blob)) });
    const opening = kzg.open(blob, batch.binding.point);
    if (opening.evaluation !== batch.binding.evaluation) {
      throw new CairnError<"vectors/opening-differs">(
        "vectors/opening-differs",
        "the opening is of another polynomial",
      );
    }
    const queueHashBefore = bytesToHex(sampleBatches.at(-2)?.at(-1)?.queueHash ?? new Uint8Array(32));
    return { ...batchFields(batch), data: bytesToHex(encodeOpening(opening)), queueHashBefore };
  });
  return { cases };
}

/** Receipts of slots and extras from every batch, with what they show. */
export function receipt2Vectors(): Vector {
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
    l1Count: executed.l1OperationCount,
    payoutsHash: bytesToHex(batch.fields.payoutsHash),
    position,
    previousBlockHash: word(receipt.previousBlockHash),
    slotCount: executed.slotCount,
    timestamp: executed.timestamp,
  };
}
