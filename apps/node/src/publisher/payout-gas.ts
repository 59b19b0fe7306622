import type { L1Rollup } from "@cairn/l1";
import { bigintToHex, bytesToBigint, type Hex, hexToBytes } from "@cairn/protocol";
import { concat, size, slice } from "viem";
import { type BatchCallInputs, type PayoutRun, payCall, payoutsOfRun } from "./batch-calls.ts";
import type { L1Call } from "./l1-call.ts";

/** A payout that uses more gas than the publisher is willing to pay. */
export interface CostlyPayout {
  /** Its block, and its place in the block's list. */
  readonly blockNumber: number;
  readonly position: number;
  /** Its own gas, on top of what every `pay` uses. */
  readonly gas: number;
}

/** Gas of the measurement itself, and of its code. */
const MEASURING_GAS = 500_000;

/**
 * Payouts of a run that would each use more than `maxGas`, simulated at L1's head from the publisher's account. A run
 * whose payouts use at most half of that on average is not examined one by one. Throws what the RPC throws.
 */
export async function findCostlyPayouts(
  rollup: L1Rollup,
  account: Hex,
  inputs: BatchCallInputs,
  run: PayoutRun,
  maxGas: number,
): Promise<CostlyPayout[]> {
  const measure = async ({ first, count }: PayoutRun): Promise<number> =>
    measureGas(rollup, account, payCall(rollup.address, inputs, { first, count }));
  const owed = payoutsOfRun(inputs.payouts, run).filter(({ status }) => status === "owed");
  // It fails for lack of anything to pay, after doing what every payment does first.
  const base = await measure({ first: run.first, count: 0 });
  const together = (await measure(run)) - base;
  if (2 * together <= maxGas * owed.length) return [];
  const costly: CostlyPayout[] = [];
  for (const { blockNumber, position, batchPosition } of owed) {
    const gas = (await measure({ first: batchPosition, count: 1 })) - base;
    if (gas > maxGas) costly.push({ blockNumber, position, gas });
  }
  return costly;
}

/** Gas that a call uses, whether it succeeds or not. */
async function measureGas({ reader }: L1Rollup, account: Hex, { to, data, gasLimit }: L1Call): Promise<number> {
  const { data: answer } = await reader.call({
    account,
    data: concat([measuringCode(to), data]),
    gas: BigInt(gasLimit + MEASURING_GAS),
  });
  return answer === undefined ? 0 : Number(bytesToBigint(hexToBytes(slice(answer, 0, 32))));
}

/** Creation code that calls `to` with the bytes after it, and returns the gas of that call instead of a contract. */
function measuringCode(to: Hex): Hex {
  const code = (length: number): Hex =>
    concat([
      // n = CODESIZE − length; CODECOPY(0, length, n)
      "0x61",
      bigintToHex(BigInt(length), 2),
      "0x380380",
      "0x61",
      bigintToHex(BigInt(length), 2),
      "0x600039",
      // GAS; CALL(GAS, to, 0, 0, n, 0, 0)
      "0x5a90",
      "0x600090600090",
      "0x60006000",
      "0x73",
      to,
      "0x5af1",
      // Return the gas before less the gas after.
      "0x905a90036000525060206000f3",
    ]);
  return code(size(code(0)));
}
