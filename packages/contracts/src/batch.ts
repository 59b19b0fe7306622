import {
  type BatchHeader,
  type BatchNumber,
  type BlockSize,
  bigintToHex,
  bindPublishedData,
  bytesToHex,
  CIRCUIT_TYPE,
  type Domain,
  encodePayouts,
  type Hex,
  hexToBytes,
  PAYOUT_BYTES,
  type Payout,
  type PublicInputFields,
  slotsOfCircuit,
  trimPublishedData,
} from "@cairn/protocol";
import { type ContractFunctionArgs, encodeAbiParameters, getAbiItem, keccak256 } from "viem";
import { rollupAbi } from "./generated/rollup-abi.ts";

/** The batch header as the contract takes it. Spec: docs/spec/7-contract.md. */
export type BatchHeaderStruct = ContractFunctionArgs<typeof rollupAbi, "nonpayable", "submitBatch">[0];
/** Arguments of the contract's `submitBatch`. */
export type SubmitBatchArguments = ContractFunctionArgs<typeof rollupAbi, "nonpayable", "submitBatch">;
/** Arguments of the contract's `pay`. */
export type PayArguments = ContractFunctionArgs<typeof rollupAbi, "nonpayable", "pay">;

/** What the contract adds to a header from its own storage. */
export interface BatchContext {
  readonly domain: Domain;
  readonly oldNextIndex: number;
  /** Rolling queue hashes before and after the consumed entries, 32 bytes each. */
  readonly queueHashBefore: Uint8Array;
  readonly queueHashAfter: Uint8Array;
}

/** Gas of `pay` apart from payments, and of one payment at its worst: stipend, what EIP-150 withholds, bookkeeping. */
const PAY_GAS = 400_000;
const PAYMENT_GAS = 280_000;
/** Most records of one `pay`: at their worst they stay below the gas limit of a transaction (EIP-7825, 2^24). */
export const MAX_PAYOUTS_PER_CALL = 56;

const HEADER_PARAMETER = getAbiItem({ abi: rollupAbi, name: "submitBatch" }).inputs[0];

/** Header of a batch as the contract takes it. Throws `protocol/out-of-range`. */
export function toHeaderStruct(fields: BatchHeader): BatchHeaderStruct {
  return {
    circuitType: CIRCUIT_TYPE[fields.slots],
    firstBlock: fields.firstBlock,
    lastBlock: fields.lastBlock,
    timestamp: fields.timestamp,
    oldRoot: bigintToHex(fields.oldRoot, 32),
    newRoot: bigintToHex(fields.newRoot, 32),
    newNextIndex: fields.newNextIndex,
    l1OperationCount: fields.l1OperationCount,
    payoutsHash: bytesToHex(fields.payoutsHash),
    txRoot: bigintToHex(fields.txRoot, 32),
  };
}

/** Inverse of {@link toHeaderStruct}. Throws `protocol/bad-hex`, `protocol/unknown-circuit`. */
export function fromHeaderStruct(header: BatchHeaderStruct): BatchHeader {
  return {
    slots: slotsOfCircuit(header.circuitType),
    firstBlock: header.firstBlock,
    lastBlock: header.lastBlock,
    timestamp: header.timestamp,
    oldRoot: BigInt(header.oldRoot),
    newRoot: BigInt(header.newRoot),
    newNextIndex: header.newNextIndex,
    l1OperationCount: header.l1OperationCount,
    payoutsHash: hexToBytes(header.payoutsHash, 32),
    txRoot: BigInt(header.txRoot),
  };
}

/** What the proof of a batch is about, as the contract will compute it from the header, the data and its storage. */
export function publicInputFields(
  fields: BatchHeader,
  publishedData: Uint8Array,
  context: BatchContext,
): PublicInputFields {
  const { slots, ...claims } = fields;
  return { ...claims, ...context, ...bindPublishedData(slots, publishedData, fields.txRoot) };
}

/** Arguments of `submitBatch`; the data may be padded or not. Throws `protocol/out-of-range`. */
export function submitBatchArguments(
  fields: BatchHeader,
  publishedData: Uint8Array,
  proof: Uint8Array,
): SubmitBatchArguments {
  return [toHeaderStruct(fields), bytesToHex(trimPublishedData(publishedData)), bytesToHex(proof)];
}

/** The hash that the contract keeps of a batch: keccak256(abi.encode(header, dataHash)). */
export function computeBatchCommitment(header: BatchHeaderStruct, batchDataHash: Hex): Hex {
  return keccak256(encodeAbiParameters([HEADER_PARAMETER, { type: "bytes32" }], [header, batchDataHash]));
}

/**
 * {@link computeBatchCommitment} of a header and a data hash of 32 bytes in the types of the protocol.
 *
 * @example batchCommitment({ header, dataHash: dataHash(16, data) }) // equals `batchCommitment(number)` of the contract
 */
export function batchCommitment(batch: { readonly header: BatchHeader; readonly dataHash: Uint8Array }): Hex {
  return computeBatchCommitment(toHeaderStruct(batch.header), bytesToHex(batch.dataHash));
}

/**
 * Arguments of `pay`, which settles the records from `first` on, at most `maxCount` and by default all, and skips those
 * that are settled already. Throws `protocol/too-many`, `protocol/malformed-record`.
 */
export function payArguments(options: {
  readonly batch: BatchNumber;
  readonly slots: BlockSize;
  /** From the batch's calldata or its `BatchSubmitted` event. */
  readonly header: BatchHeaderStruct;
  /** From its `BatchSubmitted` event. */
  readonly dataHash: Hex;
  /** The batch's whole list. */
  readonly payouts: readonly Payout[];
  /** Position of the first record to settle. */
  readonly first?: number;
  readonly maxCount?: number;
}): PayArguments {
  const { batch, slots, header, dataHash: batchDataHash, payouts, first = 0, maxCount = payouts.length } = options;
  const list = encodePayouts(slots, payouts).subarray(0, payouts.length * PAYOUT_BYTES);
  return [BigInt(batch), header, batchDataHash, bytesToHex(list), BigInt(first), BigInt(maxCount)];
}

/** Gas that suffices for a `pay` of `count` records whatever recipients and tokens do, which can mislead estimates. */
export function payGasLimit(count: number): number {
  return PAY_GAS + PAYMENT_GAS * count;
}
