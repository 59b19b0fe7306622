import {
  type BatchHeader,
  type BatchHeaderFields,
  computeBatchCommitment,
  decodeHeader,
  encodeHeader,
} from "@cairn/contracts";
import type { StoredBlock, StoredPayout } from "@cairn/db";
import {
  BLOCK_SIZES,
  type BlockSize,
  bytesToHex,
  CairnError,
  CIRCUIT_TYPE,
  dataHash,
  type Hex,
  type Payout,
  payoutsHash,
  tokenId,
} from "@cairn/protocol";
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
  accepted: { readonly header: BatchHeader; readonly dataHash: Hex },
): boolean {
  if (block.seal === null) return false;
  const own = encodeHeader(headerFieldsOf(block, payouts));
  const ownDataHash = bytesToHex(dataHash(block.slotCount, block.seal.data));
  return computeBatchCommitment(own, ownDataHash) === computeBatchCommitment(accepted.header, accepted.dataHash);
}

/** Block size of a header's circuit. Throws `node/l1-diverged` for one that this version does not know. */
export function slotsOf({ circuitType }: Pick<BatchHeader, "circuitType">): BlockSize {
  const slots = BLOCK_SIZES.find((size) => CIRCUIT_TYPE[size] === circuitType);
  if (slots !== undefined) return slots;
  throw new CairnError<NodeErrorCode>("node/l1-diverged", `L1 accepted a batch of circuit type ${circuitType}`);
}

/** A header from L1 as stored bytes. Throws as {@link slotsOf}. */
export function encodeHeaderFields(header: BatchHeader): Uint8Array {
  return encodeJson(decodeHeader(header, slotsOf(header)));
}

/** Inverse of {@link encodeHeaderFields}: only this module writes such bytes. */
export function decodeHeaderFields(bytes: Uint8Array): BatchHeaderFields {
  return decodeJson(bytes) as BatchHeaderFields;
}

/** A stored payout as the protocol has it. */
export function toPayout({ recipient, tokenId: token, amount }: StoredPayout): Payout {
  return { recipient, tokenId: tokenId(token), amount };
}
