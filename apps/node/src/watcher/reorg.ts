import {
  type Db,
  deleteAcceptedBatchesFrom,
  deleteL1BlocksFrom,
  deleteQueueEntriesFrom,
  findArchiveRestore,
  findL1Agreement,
  findLastL1Block,
  holdRebuilds,
  type L1Header,
  loadL1BlocksBelow,
  revokeAcceptancesFrom,
  revokeSettlementsFrom,
  storeL1Agreement,
} from "@cairn/db";
import { type L1Access, readBlock } from "@cairn/l1";
import { CairnError, hexToBytes } from "@cairn/protocol";
import { crashPoint } from "../crash-points.ts";
import type { NodeErrorCode } from "../errors.ts";

/** What was removed from the database, to be read from L1 again. */
export interface Rollback {
  /** Last L1 block that was kept. */
  readonly forkBlock: number;
  /** Last L1 block that had been processed. */
  readonly previousHead: number;
  readonly queueEntries: number;
  /** Blocks that are no longer proven. */
  readonly unproven: readonly number[];
}

const PAGE = 64;
/**
 * Consecutive disagreements after which the stored events are suspected. Fewer may come from nodes behind one address
 * that differ for a while.
 */
const PATIENCE = 5;

/**
 * Compares the last processed block with L1. If L1 has another block there, removes everything after the last common
 * one, in one database transaction. Null when nothing was removed, for example because the L1 node is merely behind. Throws
 * `node/l1-diverged` when L1 has none of the blocks since a restoration from archives.
 */
export async function undoReorg(db: Db, access: L1Access, firstBlock: number, nowMs: number): Promise<Rollback | null> {
  const last = await findLastL1Block(db);
  if (last === undefined) return null;
  let replaced = false;
  let candidate: L1Header | undefined = last;
  let older: L1Header[] = [];
  while (candidate !== undefined) {
    const onChain = await readBlock(access, candidate.number);
    const isSame = onChain !== null && Buffer.compare(hexToBytes(onChain.hash, 32), candidate.hash) === 0;
    if (isSame) break;
    // If the node lacks the block, it may only be behind; a different block proves a reorg.
    if (onChain !== null) replaced = true;
    if (older.length === 0) older = await loadL1BlocksBelow(db, candidate.number, PAGE);
    candidate = older.shift();
  }
  if (candidate === last) return null;
  if (!replaced) return null;
  crashPoint("reorg-found");
  const undone = await rollBack(db, candidate?.number ?? firstBlock - 1, last, nowMs);
  crashPoint("reorg-undone");
  return undone;
}

/**
 * Records that the stored events together with those that L1 shows now do not lead to the state of the contract. If that
 * persists, removes everything after the last agreement, where events may be missing. Null while nothing is removed.
 */
export async function noteDisagreement(db: Db, firstBlock: number, nowMs: number): Promise<Rollback | null> {
  const [last, agreement] = [await findLastL1Block(db), await findL1Agreement(db)];
  if (last === undefined || last.number === agreement.block) return null;
  const disagreements = agreement.disagreements + 1;
  if (disagreements >= PATIENCE) return rollBack(db, agreement.block ?? firstBlock - 1, last, nowMs);
  await storeL1Agreement(db, { ...agreement, disagreements });
  return null;
}

/**
 * Removes everything after `forkBlock` in one database transaction. Throws `node/l1-diverged` rather than remove what came
 * from archives: L1 could not give it back, and it was final.
 */
async function rollBack(db: Db, forkBlock: number, last: L1Header, nowMs: number): Promise<Rollback> {
  const archived = (await findArchiveRestore(db))?.lastL1Block ?? null;
  if (archived !== null && forkBlock < archived) {
    throw new CairnError<NodeErrorCode>(
      "node/l1-diverged",
      `the L1 node has another block ${archived}, up to which this node was restored from archives: it is of another chain`,
    );
  }
  return db.transaction().execute(async (transaction) => {
    const unproven = await revokeAcceptancesFrom(transaction, forkBlock + 1, nowMs);
    await deleteAcceptedBatchesFrom(transaction, forkBlock + 1);
    await revokeSettlementsFrom(transaction, forkBlock + 1);
    const queueEntries = await deleteQueueEntriesFrom(transaction, forkBlock + 1);
    await deleteL1BlocksFrom(transaction, forkBlock + 1);
    await holdRebuilds(transaction, last.number);
    const { block } = await findL1Agreement(transaction);
    await storeL1Agreement(transaction, {
      block: block === null ? null : Math.min(block, forkBlock),
      disagreements: 0,
    });
    return { forkBlock, previousHead: last.number, queueEntries, unproven };
  });
}
