import { type Compress, makeReceiptOf } from "@cairn/crypto";
import { createFastCompress } from "@cairn/crypto/fast";
import { type Db, findAcceptedBatch, findTransaction, loadBatchesOfBlocks } from "@cairn/db";
import { type RouteResponse, receiptToJson } from "@cairn/rpc";
import { cellsOf, loadBatchContent } from "../batches/content.ts";
import { found } from "./handlers.ts";

/** Loaded with the first receipt: most processes never make one. */
let fast: Promise<Compress> | null = null;

/**
 * Proof that a batch on L1 contains a transaction; null until L1 has accepted its batch. Throws `ApiError` for an unknown
 * transaction.
 */
export async function findReceipt(db: Db, id: bigint): Promise<RouteResponse<"receipt"> | null> {
  const { inclusion } = found(await findTransaction(db, id), "transaction");
  if (inclusion === null) return null;
  const { blockNumber, slot } = inclusion;
  const [batch] = await loadBatchesOfBlocks(db, blockNumber, blockNumber);
  if (batch === undefined || batch.number === null) return null;
  const [accepted, content] = await Promise.all([findAcceptedBatch(db, batch.number), loadBatchContent(db, batch)]);
  if (accepted === undefined || content === null) return null;
  fast ??= createFastCompress();
  const { blocks, chainsBefore } = content;
  const place = blockNumber - batch.firstBlock;
  const path = makeReceiptOf(
    {
      previousBlockHash: chainsBefore.blocks,
      blockHashes: blocks.flatMap(({ seal }) => seal?.chains.blocks ?? []),
      cells: cellsOf(blocks.slice(place, place + 1)),
    },
    place,
    Math.floor(slot / 2),
    await fast,
  );
  const { header, dataCommitment, payoutsHash } = accepted;
  return receiptToJson({ slot, batchNumber: batch.number, header, dataCommitment, payoutsHash, path });
}
