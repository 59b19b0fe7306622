import { keccak_256 } from "@noble/hashes/sha3.js";
import { assertKey } from "./account.ts";
import { assertLength, assertUint, bigintToBytes, bytesToBigint, concatBytes } from "./bytes.ts";
import { type Claim, claimInputs } from "./claim.ts";
import { BLOB_MODULUS, FIELD_MODULUS, OWNER_BITS } from "./constants.ts";
import type { L1Operation } from "./l1-operation.ts";
import { type ChainEntry, l1Entry, payoutEntry } from "./lists.ts";
import type { Payout } from "./payout.ts";

/** Where the cells of a batch are: its calldata or its blob. */
export const DATA_SOURCE = { calldata: 0, blob: 1 } as const;
/** Name of a data source. */
export type DataSource = keyof typeof DATA_SOURCE;

/** Everything that fixes the point at which a batch's polynomials are evaluated (spec 3.10). */
export interface PointFields {
  readonly claim: Claim;
  /** Root of the tree over the batch's block hashes. */
  readonly blocksRoot: bigint;
  /** L1 address of the account that submits. */
  readonly submitter: bigint;
  readonly dataSource: DataSource;
  /** keccak256 of the data in calldata, or the blob's versioned hash; 32 bytes. */
  readonly dataCommitment: Uint8Array;
  /** Rolling queue hash after the batch, 32 bytes. */
  readonly queueHash: Uint8Array;
  /** keccak256 of the payout list, 32 bytes. */
  readonly payoutsHash: Uint8Array;
}

/** The lists that a batch ties to its proof. */
export interface BatchLists {
  /** Cells behind the end may be left out. */
  readonly cells: readonly bigint[];
  readonly l1Operations: readonly L1Operation[];
  readonly payouts: readonly Payout[];
}

/** The public inputs of a batch beyond its claim. */
export interface BatchBinding {
  readonly blocksRoot: bigint;
  /** z, below 2^248. */
  readonly point: bigint;
  /** D(z), below {@link BLOB_MODULUS}. */
  readonly evaluation: bigint;
  /** E_L(z) and E_P(z), field elements. */
  readonly l1Evaluation: bigint;
  readonly payoutsEvaluation: bigint;
}

/** Number of public inputs of a solo or batch circuit. */
export const BATCH_INPUTS = 17;
const LIMB = 128n;

/**
 * Commitment to cells in calldata: keccak256 of their bytes.
 *
 * @example const dataCommitment = calldataCommitment(cellsToBytes(cells));
 */
export function calldataCommitment(data: Uint8Array): Uint8Array {
  return keccak_256(data);
}

/**
 * The 17 words whose hash is the point: the claim, blocks root, submitter, data source, data commitment, queue hash,
 * payouts hash. Throws `protocol/out-of-range`, `protocol/bad-length`.
 *
 * @example pointPreimage(fields).length // 544
 */
export function pointPreimage(fields: PointFields): Uint8Array {
  assertKey(fields.blocksRoot);
  assertUint("submitter", fields.submitter, OWNER_BITS);
  const hashes = [fields.dataCommitment, fields.queueHash, fields.payoutsHash];
  for (const hash of hashes) assertLength("hash", hash, 32);
  const numbers = [
    ...claimInputs(fields.claim),
    fields.blocksRoot,
    fields.submitter,
    BigInt(DATA_SOURCE[fields.dataSource]),
  ];
  return concatBytes(...numbers.map((number) => bigintToBytes(number, 32)), ...hashes);
}

/**
 * The point z: keccak256 of the preimage with its first byte cleared. Throws as {@link pointPreimage}.
 *
 * @example bindingPoint(fields) < 2n ** 248n // true
 */
export function bindingPoint(fields: PointFields): bigint {
  return bytesToBigint(keccak_256(pointPreimage(fields)).subarray(1));
}

/**
 * Σ cells[i] · point^i modulo BLS12-381's scalar field, by Horner's rule as the contract does it.
 *
 * @example evaluateCells([1n, 2n, 3n], 10n) // 321n
 */
export function evaluateCells(cells: readonly bigint[], point: bigint): bigint {
  return cells.reduceRight((sum, cell) => (sum * point + cell) % BLOB_MODULUS, 0n);
}

/**
 * Σ words[i] · point^i modulo r.
 *
 * @example evaluateWords([1n, 2n, 3n], 10n) // 321n
 */
export function evaluateWords(words: readonly bigint[], point: bigint): bigint {
  return words.reduceRight((sum, word) => (sum * point + word) % FIELD_MODULUS, 0n);
}

/**
 * E_L: words x, y, key of operation i at degrees 3i, 3i + 1, 3i + 2, modulo r. Throws `protocol/malformed-record`.
 *
 * @example evaluateL1Operations([], 5n) // 0n
 */
export function evaluateL1Operations(operations: readonly L1Operation[], point: bigint): bigint {
  return evaluateWords(operations.flatMap(l1Entry), point);
}

/**
 * E_P: words x, y of payout i at degrees 2i, 2i + 1, modulo r. Throws `protocol/malformed-record`.
 *
 * @example evaluatePayouts([{ recipient: 1n, tokenId: tokenId(0), amount: 3n }], 10n) // 2n ** 32n + 30n
 */
export function evaluatePayouts(payouts: readonly Payout[], point: bigint): bigint {
  const words = payouts.flatMap((payout) => {
    const [x, y]: ChainEntry = payoutEntry(payout);
    return [x, y];
  });
  return evaluateWords(words, point);
}

/**
 * What ties the lists of a batch to its proof. Throws as {@link pointPreimage}, `protocol/malformed-record`.
 *
 * @example const inputs = batchInputs(claim, bindBatch(fields, lists));
 */
export function bindBatch(fields: PointFields, lists: BatchLists): BatchBinding {
  const point = bindingPoint(fields);
  return {
    blocksRoot: fields.blocksRoot,
    point,
    evaluation: evaluateCells(lists.cells, point),
    l1Evaluation: evaluateL1Operations(lists.l1Operations, point),
    payoutsEvaluation: evaluatePayouts(lists.payouts, point),
  };
}

/**
 * The public inputs of solo and batch circuits: the claim's, then blocks root, point, low 128 and high 127 bits of D(z),
 * E_L(z), E_P(z). Throws `protocol/out-of-range`.
 *
 * @example batchInputs(claim, binding).length // 17
 */
export function batchInputs(claim: Claim, binding: BatchBinding): bigint[] {
  const { blocksRoot, point, evaluation, l1Evaluation, payoutsEvaluation } = binding;
  for (const element of [blocksRoot, l1Evaluation, payoutsEvaluation]) assertKey(element);
  assertUint("point", point, 248);
  assertUint("evaluation", evaluation, 255);
  const halves = [BigInt.asUintN(Number(LIMB), evaluation), evaluation >> LIMB];
  return [...claimInputs(claim), blocksRoot, point, ...halves, l1Evaluation, payoutsEvaluation];
}
