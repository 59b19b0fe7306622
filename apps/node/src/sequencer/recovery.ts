import { type Chains, GENESIS_CHAINS } from "@cairn/crypto";
import {
  type Db,
  findBlock,
  findLastSealedBlock,
  loadBlocks,
  loadBlockTransactions,
  loadOpenBlocks,
  loadQueueEntries,
  type StoredBlock,
  type StoredTransaction,
} from "@cairn/db";
import { blockNumber, CairnError, type Domain, EMPTY_QUEUE_HASH, type TransactionGroup } from "@cairn/protocol";
import type { NodeErrorCode } from "../errors.ts";
import { replayForeignBlock } from "../restore/adopt.ts";
import type { SequencePosition } from "./chain.ts";
import type { StateKeeper } from "./state-keeper.ts";

/** What the two stores agree on. */
export interface Reconciled {
  readonly position: SequencePosition;
  /** After the last sealed block. */
  readonly chains: Chains;
  /** Blocks that are not sealed, lowest first, with their transactions in slot order; only the last may accept more. */
  readonly open: readonly {
    readonly block: StoredBlock;
    readonly groups: readonly (readonly StoredTransaction[])[];
  }[];
  /** What had to be done to the state store. */
  readonly action: "none" | "rolledBack" | "replayed";
}

const GENESIS: SequencePosition = { queueIndex: 0, queueHash: EMPTY_QUEUE_HASH, timestamp: 0, block: 0 };

/**
 * Brings the state store to the last block that the database holds as sealed: undoes what the database does not have,
 * executes what the state store has lost. Throws `node/state-diverged`, `state/beyond-retention`.
 */
export async function reconcile(db: Db, keeper: StateKeeper, domain: Domain): Promise<Reconciled> {
  const lastSealed = await findLastSealedBlock(db);
  const height = lastSealed?.number ?? 0;
  const before = keeper.blockNumber();
  if (before > height) await keeper.rollbackTo(blockNumber(height));
  for (let number = before + 1; number <= height; number++) await replayBlock(db, keeper, number, domain);
  if (lastSealed !== undefined) assertRoot(keeper, lastSealed);
  const open: Reconciled["open"][number][] = [];
  for (const block of await loadOpenBlocks(db)) {
    open.push({ block, groups: toGroups(await loadBlockTransactions(db, block.number)) });
  }
  return {
    position: lastSealed === undefined ? GENESIS : positionAfterBlock(lastSealed),
    chains: lastSealed?.seal?.chains ?? GENESIS_CHAINS,
    open,
    action: before > height ? "rolledBack" : before < height ? "replayed" : "none",
  };
}

/** Stored transactions as groups, which stay in the order of their first members. */
export function toGroups(transactions: readonly StoredTransaction[]): StoredTransaction[][] {
  const groups = new Map<bigint, StoredTransaction[]>();
  for (const transaction of transactions) {
    const group = groups.get(transaction.groupId) ?? [];
    group.push(transaction);
    groups.set(transaction.groupId, group);
  }
  for (const group of groups.values()) group.sort((a, b) => a.groupPosition - b.groupPosition);
  return [...groups.values()];
}

/** The signed transactions of a stored group. */
export function signedOf(group: readonly StoredTransaction[]): TransactionGroup {
  return group.map(({ signed }) => signed);
}

function positionAfterBlock(block: StoredBlock): SequencePosition {
  return {
    queueIndex: block.firstQueueIndex + block.l1OperationCount,
    queueHash: block.queueHashAfter,
    timestamp: block.timestamp,
    block: block.number,
  };
}

async function replayBlock(db: Db, keeper: StateKeeper, number: number, domain: Domain): Promise<void> {
  const [block] = await loadBlocks(db, number, number);
  if (block?.seal == null) throw diverged(number, "it is missing in the database");
  if (block.origin === "l1") {
    await replayForeignBlock(db, keeper, block);
    return assertRoot(keeper, block);
  }
  const entries = await loadQueueEntries(db, block.firstQueueIndex, block.l1OperationCount);
  const { seal } = await keeper.seal({
    domain,
    chains: await chainsBefore(db, number),
    opening: block,
    operations: entries.map(({ operation }) => operation),
    groups: toGroups(await loadBlockTransactions(db, number)).map(signedOf),
    ids: null,
    expected: { type: "root", root: block.seal.newRoot },
  });
  if (!isSameChains(seal.chains, block.seal.chains)) throw diverged(number, "its chains are not the stored ones");
  assertRoot(keeper, block);
}

async function chainsBefore(db: Db, number: number): Promise<Chains> {
  if (number === 1) return GENESIS_CHAINS;
  const chains = (await findBlock(db, number - 1))?.seal?.chains;
  if (chains === undefined) throw diverged(number, "the block before it is missing in the database");
  return chains;
}

function isSameChains(a: Chains, b: Chains): boolean {
  return a.data === b.data && a.l1 === b.l1 && a.payouts === b.payouts && a.blocks === b.blocks;
}

function assertRoot(keeper: StateKeeper, block: StoredBlock): void {
  if (keeper.root() === block.seal?.newRoot && keeper.nextIndex() === block.seal.newNextIndex) return;
  throw diverged(block.number, "the state's root is not the stored one");
}

function diverged(number: number, reason: string): CairnError<NodeErrorCode> {
  return new CairnError("node/state-diverged", `block ${number} cannot be reconciled: ${reason}`);
}
