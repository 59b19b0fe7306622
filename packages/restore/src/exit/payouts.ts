import { type BatchHeaderStruct, type PayArguments, payArguments, toHeaderStruct } from "@cairn/contracts";
import { type L1Access, readMany } from "@cairn/l1";
import { batchNumber, bytesToHex, type Hex, type Payout } from "@cairn/protocol";
import type { RestoredState } from "../restored-state.ts";
import type { BatchRecord } from "../stored-records.ts";

/** Payouts whose bits the contract keeps in one word. */
const PAYOUTS_PER_WORD = 256;

/** The parts of a batch that the contract's `pay` needs. */
export interface BatchPayouts {
  readonly batch: number;
  readonly header: BatchHeaderStruct;
  readonly dataCommitment: Hex;
  /** The whole list, in order. */
  readonly payouts: readonly Payout[];
  /** Of the batch's last block, seconds. */
  readonly timestamp: number;
}

/** A payout that has not been executed yet. */
export interface UnpaidPayout extends Payout {
  readonly batch: number;
  /** In the batch's list. */
  readonly position: number;
  /** Of the batch's last block, seconds. */
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
 * Arguments of `pay` for the payouts at these places of a batch's list, all by default. Throws `restore/not-found`,
 * `contracts/no-such-payout`.
 *
 * @example const args = payoutArguments(restored, 7); // all payouts of batch 7
 */
export function payoutArguments(restored: RestoredState, batch: number, places?: readonly number[]): PayArguments {
  const { header, dataCommitment, payouts } = payoutsOf(restored, batch);
  const chosen = places === undefined ? {} : { places };
  return payArguments({ batch: batchNumber(batch), header, dataCommitment, payouts, ...chosen });
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
  const calls = lists.flatMap(({ batch, payouts }) =>
    Array.from(
      { length: Math.ceil(payouts.length / PAYOUTS_PER_WORD) },
      (_, word) => [BigInt(batch), BigInt(word)] as const,
    ),
  );
  const words = await readMany(access, "payoutsSettled", calls, block);
  let first = 0;
  return lists.flatMap((list) => {
    const own = words.slice(first, first + Math.ceil(list.payouts.length / PAYOUTS_PER_WORD));
    first += own.length;
    return unsettledOf(list, own);
  });
}

/** The records of a list with an amount whose bit is not set: bit p of word w is that of payout 256 · w + p. */
export function unsettledOf(
  { batch, payouts, timestamp }: BatchPayouts,
  settledWords: readonly bigint[],
): UnpaidPayout[] {
  return payouts.flatMap((payout, position) => {
    const word = settledWords[Math.floor(position / PAYOUTS_PER_WORD)] ?? 0n;
    const isSettled = ((word >> BigInt(position % PAYOUTS_PER_WORD)) & 1n) === 1n;
    return isSettled || payout.amount === 0n ? [] : [{ ...payout, batch, position, timestamp }];
  });
}

function toBatchPayouts({ number, header, dataCommitment, payouts }: BatchRecord): BatchPayouts {
  return {
    batch: number,
    header: toHeaderStruct(header),
    dataCommitment: bytesToHex(dataCommitment),
    payouts,
    timestamp: Number(header.lastTimestamp),
  };
}
