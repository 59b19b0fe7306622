import { type L1Access, readMany } from "@cairn/l1";
import type { AccountIndex } from "@cairn/protocol";
import type { RestoredState } from "../restored-state.ts";
import type { WaitingEntry } from "../stored-records.ts";

/**
 * Which of the accounts have been paid out after a freeze, as of an L1 block. Throws `l1/unavailable`.
 *
 * @example const exited = await findExited(access, indices, head.block);
 */
export async function findExited(
  access: L1Access,
  indices: readonly AccountIndex[],
  block: number,
): Promise<ReadonlySet<AccountIndex>> {
  const calls = indices.map((index) => [index] as const);
  const exited = await readMany(access, "isExited", calls, block);
  return new Set(indices.filter((_, i) => exited[i]));
}

/**
 * The waiting queue entries of a restored state that nobody has reclaimed, as of an L1 block. Throws
 * `restore/incomplete`, `l1/unavailable`.
 *
 * @example const entries = await findReclaimable(access, restored, head.block);
 */
export async function findReclaimable(
  access: L1Access,
  restored: RestoredState,
  block: number,
): Promise<WaitingEntry[]> {
  const waiting = restored.waiting();
  const calls = waiting.map(({ position }) => [BigInt(position)] as const);
  const reclaimed = await readMany(access, "isReclaimed", calls, block);
  return waiting.filter((_, i) => !reclaimed[i]);
}
