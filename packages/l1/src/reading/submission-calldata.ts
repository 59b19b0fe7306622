import { rollupAbi } from "@cairn/contracts";
import { type Hex, hexToBytes } from "@cairn/protocol";
import { getAbiItem, isHex, toFunctionSelector } from "viem";

/** What the calldata of a `submitBatch` holds, as far as readers need it. */
export interface SubmissionArguments {
  /** Eleven words, as the ABI encodes the header. */
  readonly header: Uint8Array;
  /** Consumed queue records, one after another. */
  readonly l1Records: Uint8Array;
  /** The payout list. */
  readonly payouts: Uint8Array;
  /** Cells or opening, by the header's data source. */
  readonly data: Uint8Array;
}

const SELECTOR = toFunctionSelector(getAbiItem({ abi: rollupAbi, name: "submitBatch" }));
const SELECTOR_BYTES = 4;
const WORD = 32;
const HEADER_BYTES = 11 * WORD;
/** Places of the arguments behind the header: `l1Records, payouts, payNow, data, proof`. */
const OFFSETS = { l1Records: 0, payouts: 1, data: 3 } as const;

/**
 * Reads the calldata of a `submitBatch` as the contract does; null if it is none. The contract follows the offsets wherever
 * they point, so a decoder for what encoders make would fail at batches that L1 accepted (spec 10.1).
 *
 * @example const { data } = readSubmissionCalldata(transaction.input) ?? raise("not a batch");
 */
export function readSubmissionCalldata(input: Hex): SubmissionArguments | null {
  if (!input.startsWith(SELECTOR) || !isHex(input) || input.length % 2 === 1) return null;
  const call = hexToBytes(input).subarray(SELECTOR_BYTES);
  if (call.length < HEADER_BYTES) return null;
  const argument = (place: number): Uint8Array | null => {
    const start = readPointer(call, HEADER_BYTES + place * WORD);
    const length = start === null ? null : readPointer(call, start);
    if (start === null || length === null) return null;
    const end = start + WORD + length;
    return end <= call.length ? call.subarray(start + WORD, end) : null;
  };
  const [l1Records, payouts, data] = [argument(OFFSETS.l1Records), argument(OFFSETS.payouts), argument(OFFSETS.data)];
  if (l1Records === null || payouts === null || data === null) return null;
  return { header: call.subarray(0, HEADER_BYTES), l1Records, payouts, data };
}

/** A word that is an offset or a length within `bytes`; null if there is none. */
function readPointer(bytes: Uint8Array, at: number): number | null {
  if (at + WORD > bytes.length) return null;
  const word = bytes.subarray(at, at + WORD);
  const value = word.reduce((sum, byte) => sum * 256 + byte, 0);
  return value <= bytes.length ? value : null;
}
