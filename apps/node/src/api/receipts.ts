import { type Compress, makeReceiptOf } from "@cairn/crypto";
import { createFastCompress } from "@cairn/crypto/fast";
import {
  type Db,
  findBlock,
  findOwnAcceptance,
  findTransaction,
  loadAcceptedSummaries,
  loadBatchesOfBlocks,
  loadBlockChains,
  type StoredBlock,
} from "@cairn/db";
import { WORD_BITS } from "@cairn/protocol";
import { type RouteResponse, receiptToJson } from "@cairn/rpc";
import { cellsOf } from "../batches/content.ts";
import { ApiError } from "./errors.ts";
import { found } from "./handlers.ts";

/** Loaded with the first receipt: most processes never make one. */
let fast: Promise<Compress> | null = null;

/**
 * Proof that a batch on L1 contains a transaction. Throws `ApiError` for an unknown transaction, and for one whose batch L1
 * has not accepted.
 */
export async function findReceipt(db: Db, id: bigint): Promise<RouteResponse<"receipt">> {
  const { inclusion } = found(await findTransaction(db, id), "transaction");
  if (inclusion === null) throw await notAccepted(db);
  const block = await findBlock(db, inclusion.blockNumber);
  if (block === undefined) throw await notAccepted(db);
  return receiptOf(db, block, inclusion.slot);
}

/**
 * Proof that a batch on L1 contains the transaction in a slot, whoever made the block. Throws `ApiError` where there is
 * none, and for a block whose batch L1 has not accepted.
 */
export async function findSlotReceipt(db: Db, number: number, slot: number): Promise<RouteResponse<"receipt">> {
  const block = found(await findBlock(db, number), "block");
  if (block.seal === null) throw await notAccepted(db);
  const [, ...slotCells] = cellsOf([block]);
  const cell = slot < block.slotCount ? slotCells[Math.floor(slot / 2)] : undefined;
  const word = cell === undefined ? 0n : slot % 2 === 0 ? cell >> BigInt(WORD_BITS) : BigInt.asUintN(WORD_BITS, cell);
  const isTransaction = slot >= block.l1OperationCount && word !== 0n;
  return receiptOf(db, found(isTransaction ? block : undefined, "L2 transaction in the slot"), slot);
}

/** Anyone may ask, so of all its batch only the block with the transaction is read, and the hashes of the others. */
async function receiptOf(db: Db, block: StoredBlock, slot: number): Promise<RouteResponse<"receipt">> {
  const [batch] = await loadBatchesOfBlocks(db, block.number, block.number);
  if (batch === undefined || batch.number === null) throw await notAccepted(db);
  const { number: batchNumber, firstBlock, lastBlock } = batch;
  const [chains, [accepted]] = await Promise.all([
    loadBlockChains(db, firstBlock - 1, lastBlock),
    loadAcceptedSummaries(db, batchNumber, batchNumber),
  ]);
  const hashes = chains.map((after) => after.chains.blocks);
  const previousBlockHash = firstBlock === 1 ? 0n : hashes.shift();
  const isWhole = hashes.length === lastBlock - firstBlock + 1 && chains.at(-1)?.number === lastBlock;
  // Blocks may be dropped, and batches revoked, while they are read.
  if (accepted === undefined || previousBlockHash === undefined || !isWhole) throw await notAccepted(db);
  fast ??= createFastCompress();
  const path = makeReceiptOf(
    { previousBlockHash, blockHashes: hashes, cells: cellsOf([block]) },
    block.number - firstBlock,
    Math.floor(slot / 2),
    await fast,
  );
  return receiptToJson({ ...accepted, slot, batchNumber, path });
}

async function notAccepted(db: Db): Promise<ApiError> {
  const newest = await findOwnAcceptance(db, "newest");
  return new ApiError("not-accepted", "L1 has not accepted the transaction's batch", {
    newest: newest?.number ?? null,
  });
}
