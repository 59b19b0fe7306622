import {
  type ArchivedSettlement,
  type Db,
  loadAcceptedPayouts,
  loadArchivedSettlements,
  type Settlement,
} from "@cairn/db";
import {
  createRangeReader,
  type L1Access,
  type RangeLimits,
  type RollupEvent,
  readRollupEvents,
  readSettledWords,
  type SettledEvent,
} from "@cairn/l1";
import { isCairnError, type Payout } from "@cairn/protocol";
import { bitOf } from "@cairn/restore";
import { type FinalState, keyOf, type PayoutKey } from "./final-state.ts";
import type { Link } from "./link.ts";

/** What has to change in what archives say of payouts, so that it is what the contract says. */
export interface SettlementCorrections {
  /** Settled by an archive, still owed by the contract. */
  readonly forged: readonly PayoutKey[];
  /** Settled by the contract, and no archive says it. */
  readonly missing: readonly ArchivedSettlement[];
}

/** Batches compared at a time. */
const PAGE = 256;
const WORD_BITS = 256;

/**
 * Compares every payout of the archives' batches with the contract. Settlements that L1 shows itself are not missing. Throws
 * `l1/state-missing`, `l1/unavailable`.
 */
export async function compareSettlements(
  { db, access }: { readonly db: Db; readonly access: L1Access },
  final: FinalState,
  { kept, block }: Link,
  shown: ReadonlySet<string>,
): Promise<SettlementCorrections> {
  const [forged, missing]: [PayoutKey[], ArchivedSettlement[]] = [[], []];
  for (let first = 1; first <= kept.batch; first += PAGE) {
    const last = Math.min(kept.batch, first + PAGE - 1);
    const lists = await loadAcceptedPayouts(db, first, last);
    const said = new Set((await loadArchivedSettlements(db, first, last)).map(keyOf));
    const isSettled = await readSettled(access, lists, final);
    for (const { batch, payouts } of lists) {
      for (const [position, { amount }] of payouts.entries()) {
        const key = keyOf({ batch, position });
        // The contract settles a payout of nothing without an event, and it is never shown as settled.
        if (amount === 0n || !isSettled({ batch, position })) continue;
        if (!said.delete(key) && !shown.has(key)) {
          missing.push({ batch, position, status: "settled", l1Transaction: null, l1Block: block.block });
        }
      }
    }
    forged.push(...[...said].map(payoutOf));
  }
  return { forged, missing };
}

/** Whether the contract had settled a payout at the final block. */
async function readSettled(
  access: L1Access,
  lists: readonly { readonly batch: number; readonly payouts: readonly Payout[] }[],
  { stateBlock, settledSince }: FinalState,
): Promise<(payout: PayoutKey) => boolean> {
  const words = lists.flatMap(({ batch, payouts }) =>
    Array.from({ length: Math.ceil(payouts.length / WORD_BITS) }, (_, word) => ({ batch, word })),
  );
  const answers = await readSettledWords(access, words, stateBlock);
  const bits = new Map(words.map(({ batch, word }, i) => [`${batch}:${word}`, answers[i] ?? 0n]));
  return (payout) => {
    const { batch, word, bit } = bitOf(payout);
    const isSet = (((bits.get(`${batch}:${word}`) ?? 0n) >> BigInt(bit)) & 1n) === 1n;
    return isSet && !settledSince.has(keyOf(payout));
  };
}

/**
 * What L1 still shows of payouts between two blocks, from the last one back to where its memory ends. Throws
 * `l1/unavailable`.
 */
export async function readSettlementsBack(
  access: L1Access,
  { from, to }: { readonly from: number; readonly to: number },
  limits: RangeLimits,
): Promise<readonly Settlement[]> {
  const ranges = createRangeReader(access, readRollupEvents, limits);
  let found: Settlement[] = [];
  for (let end = to; end >= from; ) {
    const events = await ranges.backward({ from, to: end }).catch((error: unknown) => {
      if (isCairnError(error, "l1/history-pruned")) return null;
      throw error;
    });
    if (events === null) break;
    found = [...settledIn(events.events), ...found];
    end = events.read.from - 1;
  }
  return found;
}

/** The settlements among events, as they are stored. */
export function settledIn(events: readonly RollupEvent[]): Settlement[] {
  return events.flatMap((event) => (event.type === "settled" ? [toSettlement(event)] : []));
}

function toSettlement({ batch, position, status, transaction, block }: SettledEvent): Settlement {
  return { batch, position, status, l1Transaction: transaction, l1Block: block };
}

function payoutOf(key: string): PayoutKey {
  const [batch, position] = key.split(":").map(Number);
  return { batch: batch ?? 0, position: position ?? 0 };
}
