import { type L1Access, readSettledWords, type SettledWord } from "@cairn/l1";
import { restoreError } from "./errors.ts";
import type { ArchivedSettlement } from "./published-batch.ts";

const WORD_BITS = 256;

/** Where the contract keeps whether a payout is settled. */
export interface SettledBit extends SettledWord {
  readonly bit: number;
}

/**
 * The place of a payout's bit.
 *
 * @example bitOf({ batch: 7, position: 300 }) // { batch: 7, word: 1, bit: 44 }
 */
export function bitOf({ batch, position }: Pick<ArchivedSettlement, "batch" | "position">): SettledBit {
  return { batch, word: Math.floor(position / WORD_BITS), bit: position % WORD_BITS };
}

/**
 * The contract settled all of these at an L1 block, or they are not what L1 did: throws `restore/settlement-mismatch`. Whether
 * a payout was paid or became claimable, and where, the contract does not say. Throws `l1/state-missing`, `l1/unavailable`.
 */
export async function assertSettled(
  access: L1Access,
  settlements: readonly ArchivedSettlement[],
  block: number,
): Promise<void> {
  const words = new Map(settlements.map(bitOf).map(({ batch, word }) => [`${batch}:${word}`, { batch, word }]));
  const answers = await readSettledWords(access, [...words.values()], block);
  const bits = new Map([...words.keys()].map((key, i) => [key, answers[i] ?? 0n]));
  for (const { batch, position } of settlements) {
    const { word, bit } = bitOf({ batch, position });
    if (((bits.get(`${batch}:${word}`) ?? 0n) >> BigInt(bit)) & 1n) continue;
    const message = `the contract still owes payout ${position} of batch ${batch}`;
    throw restoreError("restore/settlement-mismatch", message, { details: { batch, position } });
  }
}
