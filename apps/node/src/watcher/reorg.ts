import {
  type Db,
  deleteAcceptedBatchesFrom,
  deleteL1BlocksFrom,
  deleteQueueEntriesFrom,
  findLastL1Block,
  holdRebuilds,
  type L1Header,
  loadL1BlocksBelow,
  revokeAcceptancesFrom,
  revokeSettlementsFrom,
} from "@cairn/db";
import type { L1Rollup } from "@cairn/l1";
import { crashPoint } from "../crash-points.ts";
import { readHeader } from "./l1-events.ts";

/** A reorg that was found and undone in the database. */
export interface ReorgUndone {
  /** Last L1 block that both chains have. */
  readonly forkBlock: number;
  /** Last L1 block processed before. */
  readonly previousHead: number;
  readonly queueEntries: number;
  /** Blocks that are no longer proven. */
  readonly unproven: readonly number[];
}

const PAGE = 64;

/**
 * Compares the last processed block with L1. If L1 has another block there, everything after the last common one is taken
 * back in one database transaction. Null when nothing changed, also when the L1 node is merely behind.
 */
export async function undoReorg(
  db: Db,
  rollup: L1Rollup,
  deploymentBlock: number,
  nowMs: number,
): Promise<ReorgUndone | null> {
  const last = await findLastL1Block(db);
  if (last === undefined) return null;
  let replaced = false;
  let candidate: L1Header | undefined = last;
  let older: L1Header[] = [];
  while (candidate !== undefined) {
    const onChain = await readHeader(rollup, candidate.number);
    const isSame = onChain !== null && Buffer.compare(onChain.hash, candidate.hash) === 0;
    if (isSame) break;
    // A block that the node does not have at all may just not have reached it; one that differs proves a reorg.
    if (onChain !== null) replaced = true;
    if (older.length === 0) older = await loadL1BlocksBelow(db, candidate.number, PAGE);
    candidate = older.shift();
  }
  if (candidate === last) return null;
  if (!replaced) return null;
  const forkBlock = candidate?.number ?? deploymentBlock - 1;
  crashPoint("reorg-found");
  const undone = await db.transaction().execute(async (transaction) => {
    const unproven = await revokeAcceptancesFrom(transaction, forkBlock + 1, nowMs);
    await deleteAcceptedBatchesFrom(transaction, forkBlock + 1);
    await revokeSettlementsFrom(transaction, forkBlock + 1);
    const queueEntries = await deleteQueueEntriesFrom(transaction, forkBlock + 1);
    await deleteL1BlocksFrom(transaction, forkBlock + 1);
    await holdRebuilds(transaction, last.number);
    return { forkBlock, previousHead: last.number, queueEntries, unproven };
  });
  crashPoint("reorg-undone");
  return undone;
}
