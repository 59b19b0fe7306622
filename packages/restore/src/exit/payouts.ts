import { type BatchHeaderStruct, type PayArguments, payArguments, toHeaderStruct } from "@cairn/contracts";
import { type L1Access, readMany } from "@cairn/l1";
import { batchNumber, bytesToHex, type Hex, type Payout } from "@cairn/protocol";
import type { RestoredState } from "../restored-state.ts";
import type { BatchRecord } from "../stored-records.ts";

/** What the contract's `pay` takes of a batch. */
export interface BatchPayouts {
  readonly batch: number;
  readonly header: BatchHeaderStruct;
  readonly dataHash: Hex;
  /** The whole list, in order. */
  readonly payouts: readonly Payout[];
  /** Of the batch's header, seconds. */
  readonly timestamp: number;
}

/** A payout that nobody has executed yet. */
export interface UnpaidPayout extends Payout {
  readonly batch: number;
  /** In the batch's list. */
  readonly position: number;
  /** Of the batch's header, seconds. */
  readonly timestamp: number;
}

/** The payout list of a batch, rebuilt. Throws `restore/not-found`. */
export function payoutsOf(restored: RestoredState, batch: number): BatchPayouts {
  return toBatchPayouts(restored.batch(batch));
}

/** Arguments of `pay` for the records from `first` on, all by default. Throws `restore/not-found`. */
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

/** The lists of all batches from `first` on that have payouts. */
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
 * The payouts of some amount that L1 says nobody has executed, at an L1 block; of all batches, or of those given. Throws
 * `l1/unavailable`.
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

/** Those of a list's records of some amount whose bit is not set. */
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
