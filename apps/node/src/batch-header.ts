import { batchCommitment } from "@cairn/contracts";
import type { StoredBlock, StoredPayout } from "@cairn/db";
import { type BatchHeader, CairnError, dataHash, type Payout, payoutsHash, tokenId } from "@cairn/protocol";
import type { NodeErrorCode } from "./errors.ts";

/** The header of a stored block's batch. Throws `node/unavailable` for a block that is not sealed. */
export function headerOf(block: StoredBlock, payouts: readonly StoredPayout[]): BatchHeader {
  if (block.seal === null) {
    throw new CairnError<NodeErrorCode>("node/unavailable", `block ${block.number} is not ready for L1`);
  }
  const { oldRoot, newRoot, newNextIndex, txRoot } = block.seal;
  return {
    slots: block.slotCount,
    firstBlock: BigInt(block.number),
    lastBlock: BigInt(block.number),
    timestamp: BigInt(block.timestamp),
    oldRoot,
    newRoot,
    newNextIndex,
    l1OperationCount: block.l1OperationCount,
    payoutsHash: payoutsHash(block.slotCount, payouts.map(toPayout)),
    txRoot,
  };
}

/** Whether a stored block is exactly what L1 accepted. */
export function isAcceptedBlock(
  block: StoredBlock,
  payouts: readonly StoredPayout[],
  accepted: { readonly header: BatchHeader; readonly dataHash: Uint8Array },
): boolean {
  if (block.seal === null) return false;
  const own = { header: headerOf(block, payouts), dataHash: dataHash(block.slotCount, block.seal.data) };
  return batchCommitment(own) === batchCommitment(accepted);
}

/** A stored payout as the protocol has it. */
export function toPayout({ recipient, tokenId: token, amount }: StoredPayout): Payout {
  return { recipient, tokenId: tokenId(token), amount };
}
