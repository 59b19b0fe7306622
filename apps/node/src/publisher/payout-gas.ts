import type { L1Rollup } from "@cairn/l1";
import { bigintToHex, bytesToBigint, type Hex, hexToBytes } from "@cairn/protocol";
import { concat, size, slice } from "viem";
import { type BatchCallInputs, type PayoutRun, payCall } from "./batch-calls.ts";
import type { L1Call } from "./l1-call.ts";

/** A payout that burns more gas than the publisher pays for. */
export interface DearPayout {
  readonly position: number;
  /** What it takes alone, besides what every `pay` takes. */
  readonly gas: number;
}

/** Gas of the measuring itself, and of what its code costs. */
const MEASURING_GAS = 500_000;

/**
 * Payouts of a run that would each take more than `maxGas`, by simulation at L1's head from the publisher's account. A run whose
 * payouts take at most half of that on average is not looked at one by one. Throws what the RPC throws.
 */
export async function findDearPayouts(
  rollup: L1Rollup,
  account: Hex,
  inputs: BatchCallInputs,
  run: PayoutRun,
  maxGas: number,
): Promise<DearPayout[]> {
  const measure = async ({ first, count }: PayoutRun): Promise<number> =>
    measureGas(rollup, account, payCall(rollup.address, inputs, { first, count }));
  const owed = inputs.payouts.filter(
    ({ position, status }) => status === "owed" && position >= run.first && position < run.first + run.count,
  );
  // It is refused for having nothing to pay, after all that every payment does first.
  const base = await measure({ first: run.first, count: 0 });
  const together = (await measure(run)) - base;
  if (2 * together <= maxGas * owed.length) return [];
  const dear: DearPayout[] = [];
  for (const { position } of owed) {
    const gas = (await measure({ first: position, count: 1 })) - base;
    if (gas > maxGas) dear.push({ position, gas });
  }
  return dear;
}

/** Gas that a call takes, whether it succeeds or not. */
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
