import { isBadParameter, type L1Rollup } from "@cairn/l1";
import { bigintToHex, bytesToBigint, type Hex, hexToBytes } from "@cairn/protocol";
import { concat, size, slice } from "viem";
import { type BatchCallInputs, type PayoutRun, payCall, payoutsAt } from "./batch-calls.ts";
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
 * Payouts of a run that would each use more than `maxGas`, simulated at L1's head from the publisher's account and at
 * the market's price, so that recipients and tokens see a transaction like others. A run whose payouts use at most half
 * of that on average is not examined one by one. Throws what the RPC throws.
 */
export async function findCostlyPayouts(
  rollup: L1Rollup,
  account: Hex,
  inputs: BatchCallInputs,
  run: PayoutRun,
  maxGas: number,
): Promise<CostlyPayout[]> {
  const payer = await readPayer(rollup, account);
  const measure = async (places: readonly number[]): Promise<number> =>
    measureGas(rollup, payer, payCall(rollup.address, inputs, { ...run, places }));
  const owed = payoutsAt(inputs.payouts, run.places);
  // It fails for lack of anything to pay, after doing what every payment does first.
  const base = await measure([]);
  const together = (await measure(run.places)) - base;
  if (2 * together <= maxGas * owed.length) return [];
  const costly: CostlyPayout[] = [];
  for (const { blockNumber, position, batchPosition } of owed) {
    const gas = (await measure([batchPosition])) - base;
    if (gas > maxGas) costly.push({ blockNumber, position, gas });
  }
  return costly;
}

/** Who would pay for the gas, and at which price. */
interface Payer {
  readonly account: Hex;
  readonly gasPrice: bigint;
  readonly balance: bigint;
}

/** Room for the base fee to rise until the simulation. */
const PRICE_ROOM = 2n;

async function readPayer({ reader }: L1Rollup, account: Hex): Promise<Payer> {
  const [gasPrice, balance] = await Promise.all([reader.getGasPrice(), reader.getBalance({ address: account })]);
  return { account, gasPrice: PRICE_ROOM * gasPrice, balance };
}

/** Gas that a call uses, whether it succeeds or not. */
async function measureGas(
  { reader }: L1Rollup,
  { account, gasPrice, balance }: Payer,
  { to, data, gasLimit }: L1Call,
): Promise<number> {
  const call = { account, data: concat([measuringCode(to), data]), gas: BigInt(gasLimit + MEASURING_GAS) };
  const cost = call.gas * gasPrice;
  // Simulated only: the limit is far above what is used, and the account need not be able to pay for it.
  const stateOverride = balance < cost ? [{ address: account, balance: balance + cost }] : [];
  const { data: answer } = await reader.call({ ...call, gasPrice, stateOverride }).catch((error: unknown) => {
    if (!isBadParameter(error)) throw error;
    return reader.call(call);
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
