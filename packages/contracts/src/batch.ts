import {
  type BatchHeader,
  type BatchNumber,
  bigintToHex,
  bytesToHex,
  CairnError,
  DATA_SOURCE,
  decodeBatchHeader,
  encodeBatchHeader,
  encodeL1Operation,
  encodePayoutList,
  type Hex,
  hexToBytes,
  type L1Operation,
  LAST_CIRCUIT_TYPE,
  MAX_BATCH_PAYOUTS,
  type Payout,
} from "@cairn/protocol";
import { type ContractFunctionArgs, concat, toHex } from "viem";
import type { ContractsErrorCode } from "./errors.ts";
import type { rollupAbi } from "./generated/rollup-abi.ts";

/** The batch header as the contract takes it. Spec: docs/spec/7-contract.md. */
export type BatchHeaderStruct = ContractFunctionArgs<typeof rollupAbi, "nonpayable", "submitBatch">[0];
/** Arguments of the contract's `submitBatch`. */
export type SubmitBatchArguments = ContractFunctionArgs<typeof rollupAbi, "nonpayable", "submitBatch">;
/** Arguments of the contract's `pay`. */
export type PayArguments = ContractFunctionArgs<typeof rollupAbi, "nonpayable", "pay">;

/** A batch with its proof, as it is submitted. */
export interface ProvenBatch {
  readonly header: BatchHeader;
  /** Consumed queue entries, in order. */
  readonly l1Operations: readonly L1Operation[];
  /** Payouts of all its blocks, in order. */
  readonly payouts: readonly Payout[];
  /** Data source calldata: the cells' bytes. Blob: the opening, 128 bytes. */
  readonly data: Uint8Array;
  readonly proof: Uint8Array;
}

const WORD_BITS = 256;
/** Gas of a `pay` besides the payments, of one payment of ETH and of one of a token at its worst, as the contract reserves it. */
const PAY_GAS = 400_000;
const ETH_PAYMENT_GAS = 110_794;
const TOKEN_PAYMENT_GAS = 263_175;
/** Gas of a record of the list, paid or not: 40 bytes of calldata without zeros at the floor of EIP-7623. */
const RECORD_GAS = 1_600;

/** Header of a batch as the contract takes it. Throws `protocol/out-of-range`. See {@link submitBatchArguments}. */
export function toHeaderStruct(header: BatchHeader): BatchHeaderStruct {
  encodeBatchHeader(header);
  return {
    circuitType: LAST_CIRCUIT_TYPE[header.circuit],
    dataSource: DATA_SOURCE[header.dataSource],
    firstBlock: header.firstBlock,
    lastBlock: header.lastBlock,
    firstTimestamp: header.firstTimestamp,
    lastTimestamp: header.lastTimestamp,
    newNextIndex: header.newNextIndex,
    oldRoot: bigintToHex(header.oldRoot, 32),
    newRoot: bigintToHex(header.newRoot, 32),
    newHistory: bigintToHex(header.newHistory, 32),
    blocksRoot: bigintToHex(header.blocksRoot, 32),
  };
}

/** Inverse of {@link toHeaderStruct}. Throws `protocol/unknown-circuit`, `protocol/malformed-data`. */
export function fromHeaderStruct(header: BatchHeaderStruct): BatchHeader {
  const numbers = [
    toHex(header.circuitType, { size: 1 }),
    toHex(header.dataSource, { size: 1 }),
    ...[header.firstBlock, header.lastBlock, header.firstTimestamp, header.lastTimestamp].map((number) =>
      toHex(number, { size: 8 }),
    ),
    toHex(header.newNextIndex, { size: 4 }),
  ];
  const roots = [header.oldRoot, header.newRoot, header.newHistory, header.blocksRoot];
  return decodeBatchHeader(hexToBytes(concat([...numbers, ...roots])));
}

/**
 * Arguments of `submitBatch`. The contract pays the payouts at the places `payNow` at once, as far as the gas suffices; the
 * proof does not depend on them. Throws `protocol/out-of-range`, `protocol/malformed-record`, `protocol/too-many`,
 * `contracts/no-such-payout`.
 *
 * @example submitBatchArguments(batch, batch.payouts.map((_, place) => place))
 */
export function submitBatchArguments(batch: ProvenBatch, payNow: readonly number[] = []): SubmitBatchArguments {
  const { header, l1Operations, payouts, data, proof } = batch;
  const records = l1Operations.map((operation) => bytesToHex(encodeL1Operation(operation)));
  return [
    toHeaderStruct(header),
    records.length === 0 ? "0x" : concat(records),
    bytesToHex(encodePayoutList(payouts)),
    payoutMask(payNow, payouts.length),
    bytesToHex(data),
    bytesToHex(proof),
  ];
}

/**
 * Arguments of `pay` for the payouts at these places of a batch's list, all by default; those already settled are skipped.
 * Throws `protocol/malformed-record`, `protocol/too-many`, `contracts/no-such-payout`.
 *
 * @example payArguments({ batch: batchNumber(7), header, dataCommitment, payouts })
 */
export function payArguments(options: {
  readonly batch: BatchNumber;
  /** From the batch's transaction or its `BatchSubmitted` event. */
  readonly header: BatchHeaderStruct;
  /** From its `BatchSubmitted` event. */
  readonly dataCommitment: Hex;
  /** The batch's whole list. */
  readonly payouts: readonly Payout[];
  readonly places?: readonly number[];
}): PayArguments {
  const { batch, header, dataCommitment, payouts, places = payouts.map((_, place) => place) } = options;
  const mask = payoutMask(places, payouts.length);
  return [BigInt(batch), header, dataCommitment, bytesToHex(encodePayoutList(payouts)), 0n, mask];
}

/**
 * Places in a batch's payout list as the contract takes them: bit p of word w for place 256 · w + p, without words of 0 at the
 * end. Throws `contracts/no-such-payout` for a place that the list does not have.
 *
 * @example payoutMask([0, 257], 300) // [1n, 2n]
 */
export function payoutMask(places: readonly number[], count: number): bigint[] {
  const mask: bigint[] = [];
  for (const place of places) {
    if (!Number.isInteger(place) || place < 0 || place >= Math.min(count, MAX_BATCH_PAYOUTS)) {
      throw new CairnError<ContractsErrorCode>("contracts/no-such-payout", `no payout ${place} among ${count}`);
    }
    const word = Math.floor(place / WORD_BITS);
    while (mask.length <= word) mask.push(0n);
    mask[word] = (mask[word] ?? 0n) | (1n << BigInt(place % WORD_BITS));
  }
  return mask;
}

/**
 * Gas that suffices for these payments, whatever recipients and tokens do, of a batch whose whole list has `listLength`
 * records: for a `pay` of its own, or on top of what a `submitBatch` without payNow takes. What the contract does not use
 * costs nothing. L1 takes at most 2^24 in a transaction (EIP-7825), so a long list is paid in parts.
 *
 * @example payGasLimit(places.map((place) => payouts[place]), payouts.length)
 */
export function payGasLimit(payouts: readonly Payout[], listLength: number): number {
  const gasOf = ({ tokenId }: Payout): number => (tokenId === 0 ? ETH_PAYMENT_GAS : TOKEN_PAYMENT_GAS);
  return payouts.reduce((sum, payout) => sum + gasOf(payout), PAY_GAS + RECORD_GAS * listLength);
}
