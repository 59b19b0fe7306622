import { type Compress, makeReceiptOf } from "@cairn/crypto";
import { createFastCompress } from "@cairn/crypto/fast";
import {
  type Db,
  findBlock,
  findTransaction,
  loadAcceptedSummaries,
  loadBatchesOfBlocks,
  loadBlockChains,
} from "@cairn/db";
import { type RouteResponse, receiptToJson } from "@cairn/rpc";
import { cellsOf } from "../batches/content.ts";
import { found } from "./handlers.ts";

/** Loaded with the first receipt: most processes never make one. */
let fast: Promise<Compress> | null = null;

/**
 * Proof that a batch on L1 contains a transaction; null until L1 has accepted its batch. Anyone may ask, so of all its batch
 * only the block with the transaction is read, and the hashes of the others. Throws `ApiError` for an unknown transaction.
 */
export async function findReceipt(db: Db, id: bigint): Promise<RouteResponse<"receipt"> | null> {
  const { inclusion } = found(await findTransaction(db, id), "transaction");
  if (inclusion === null) return null;
  const { blockNumber, slot } = inclusion;
  const [batch] = await loadBatchesOfBlocks(db, blockNumber, blockNumber);
  if (batch === undefined || batch.number === null) return null;
  const { number: batchNumber, firstBlock, lastBlock } = batch;
  const [block, chains, [accepted]] = await Promise.all([
    findBlock(db, blockNumber),
    loadBlockChains(db, firstBlock - 1, lastBlock),
    loadAcceptedSummaries(db, batchNumber, batchNumber),
  ]);
  const hashes = chains.map((after) => after.chains.blocks);
  if (block === undefined || accepted === undefined || chains.at(-1)?.number !== lastBlock) return null;
  const previousBlockHash = firstBlock === 1 ? 0n : hashes.shift();
  if (previousBlockHash === undefined || hashes.length !== lastBlock - firstBlock + 1) return null;
  fast ??= createFastCompress();
  const path = makeReceiptOf(
    { previousBlockHash, blockHashes: hashes, cells: cellsOf([block]) },
    blockNumber - firstBlock,
    Math.floor(slot / 2),
    await fast,
  );
  const { header, dataCommitment, payoutsHash } = accepted;
  return receiptToJson({ slot, batchNumber, header, dataCommitment, payoutsHash, path });
}
