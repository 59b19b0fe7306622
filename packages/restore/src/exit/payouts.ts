import { type BatchHeaderStruct, type PayArguments, payArguments, toHeaderStruct } from "@cairn/contracts";
import { type L1Access, readMany } from "@cairn/l1";
import { batchNumber, bytesToHex, type Hex, type Payout } from "@cairn/protocol";
import type { RestoredState } from "../restored-state.ts";
import type { BatchRecord } from "../stored-records.ts";

/** The parts of a batch that the contract's `pay` needs. */
export interface BatchPayouts {
  readonly batch: number;
  readonly header: BatchHeaderStruct;
  readonly dataHash: Hex;
  /** The whole list, in order. */
  readonly payouts: readonly Payout[];
  /** Of the batch's header, seconds. */
  readonly timestamp: number;
}

/** A payout that has not been executed yet. */
export interface UnpaidPayout extends Payout {
  readonly batch: number;
  /** In the batch's list. */
  readonly position: number;
  /** Of the batch's header, seconds. */
  readonly timestamp: number;
}

/**
 * The payout list of a batch, rebuilt. Throws `restore/not-found`.
 *
 * @example const { payouts } = payoutsOf(restored, 7);
 */
export function payoutsOf(restored: RestoredState, batch: number): BatchPayouts {
  return toBatchPayouts(restored.batch(batch));
}

/**
 * Arguments of `pay` for the records from `first` on, all by default. Throws `restore/not-found`.
 *
 * @example const args = payoutArguments(restored, 7); // all records of batch 7
 */
export function payoutArguments(
  restored: RestoredState,
  batch: number,
  range: { readonly first?: number; readonly maxCount?: number } = {},
): PayArguments {
  const { header, dataHash, payouts } = restored.batch(batch);
  return payArguments({
    batch: batchNumber(batch),
    slots: header.slots,
    header: toHeaderStruct(header),
    dataHash: bytesToHex(dataHash),
    payouts,
    ...range,
  });
}

/**
 * The lists of all batches from `first` on that have payouts.
 *
 * @example for (const { batch, payouts } of allPayouts(restored)) console.log(batch, payouts.length);
 */
export function allPayouts(restored: RestoredState, first = 1): BatchPayouts[] {
  const lists: BatchPayouts[] = [];
  const last = restored.position().batch;
  for (let batch = first; batch <= last; batch++) {
    const record = restored.batch(batch);
    if (record.payouts.length > 0) lists.push(toBatchPayouts(record));
  }
  return lists;
}

/**
 * The payouts with an amount that have not been executed as of an L1 block; of all batches, or of those given. Throws
 * `l1/unavailable`.
 *
 * @example const unpaid = await findUnpaidPayouts(access, allPayouts(restored), head.block);
 */
export async function findUnpaidPayouts(
  access: L1Access,
  lists: readonly BatchPayouts[],
  block: number,
): Promise<UnpaidPayout[]> {
  const calls = lists.map(({ batch }) => [BigInt(batch)] as const);
  const settled = await readMany(access, "payoutsSettled", calls, block);
  return lists.flatMap((list, i) => unsettledOf(list, settled[i] ?? 0n));
}

/** The records of a list with an amount whose bit is not set. */
export function unsettledOf({ batch, payouts, timestamp }: BatchPayouts, settled: bigint): UnpaidPayout[] {
  return payouts.flatMap((payout, position) => {
    const isSettled = ((settled >> BigInt(position)) & 1n) === 1n;
    return isSettled || payout.amount === 0n ? [] : [{ ...payout, batch, position, timestamp }];
  });
}

function toBatchPayouts({ number, header, dataHash, payouts }: BatchRecord): BatchPayouts {
  return {
    batch: number,
    header: toHeaderStruct(header),
    dataHash: bytesToHex(dataHash),
    payouts,
    timestamp: Number(header.timestamp),
  };
}
