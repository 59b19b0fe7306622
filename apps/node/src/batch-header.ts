import { type BatchHeaderFields, computeBatchCommitment, encodeHeader } from "@cairn/contracts";
import type { StoredBlock, StoredPayout } from "@cairn/db";
import { bytesToHex, CairnError, dataHash, type Hex, type Payout, payoutsHash, tokenId } from "@cairn/protocol";
import type { NodeErrorCode } from "./errors.ts";
import { decodeJson, encodeJson } from "./json.ts";

/** The header of a stored block's batch. Throws `node/unavailable` for a block that is not sealed. */
export function headerFieldsOf(block: StoredBlock, payouts: readonly StoredPayout[]): BatchHeaderFields {
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
  accepted: { readonly header: BatchHeaderFields; readonly dataHash: Uint8Array },
): boolean {
  if (block.seal === null) return false;
  const commitment = (header: BatchHeaderFields, hash: Uint8Array): Hex =>
    computeBatchCommitment(encodeHeader(header), bytesToHex(hash));
  const own = commitment(headerFieldsOf(block, payouts), dataHash(block.slotCount, block.seal.data));
  return own === commitment(accepted.header, accepted.dataHash);
}

/** A header from L1 as stored bytes. */
export function encodeHeaderFields(header: BatchHeaderFields): Uint8Array {
  return encodeJson(header);
}

/** Inverse of {@link encodeHeaderFields}: only this module writes such bytes. */
export function decodeHeaderFields(bytes: Uint8Array): BatchHeaderFields {
  return decodeJson(bytes) as BatchHeaderFields;
}

/** A stored payout as the protocol has it. */
export function toPayout({ recipient, tokenId: token, amount }: StoredPayout): Payout {
  return { recipient, tokenId: tokenId(token), amount };
}
