import {
  type Db,
  findLastSealedBlock,
  findOpenBlock,
  loadBlocks,
  loadBlockTransactions,
  loadQueueEntries,
  type StoredBlock,
  type StoredTransaction,
} from "@cairn/db";
import { blockNumber, CairnError, EMPTY_QUEUE_HASH, type TransactionGroup } from "@cairn/protocol";
import type { StateTree } from "@cairn/state";
import { type BlockOptions, createBlockBuilder } from "@cairn/vm";
import type { NodeErrorCode } from "../errors.ts";
import { replayForeignBlock } from "../restore/adopt.ts";
import type { ChainPosition } from "./chain.ts";

/** What the two stores agree on. */
export interface Reconciled {
  readonly position: ChainPosition;
  /** The block that was open, with its transactions in order of slots. */
  readonly open: { readonly block: StoredBlock; readonly groups: readonly (readonly StoredTransaction[])[] } | null;
  /** What had to be done to the state store. */
  readonly action: "none" | "rolledBack" | "replayed";
}

const GENESIS: ChainPosition = { queueIndex: 0, queueHash: EMPTY_QUEUE_HASH, timestamp: 0 };

/**
 * Brings the state store to the last block that the database holds as sealed: undoes what the database does not know,
 * executes what the state store has lost. Throws `node/state-diverged`, `state/beyond-retention`.
 */
export async function reconcile(
  db: Db,
  tree: StateTree,
  execution: Pick<BlockOptions, "domain" | "compress" | "verifySignature">,
): Promise<Reconciled> {
  const lastSealed = await findLastSealedBlock(db);
  const height = lastSealed?.number ?? 0;
  const before = tree.blockNumber();
  if (before > height) tree.rollbackTo(blockNumber(height));
  for (let number = before + 1; number <= height; number++) await replayBlock(db, tree, number, execution);
  if (lastSealed !== undefined) assertRoot(tree, lastSealed);
  const openBlock = await findOpenBlock(db);
  return {
    position: lastSealed === undefined ? GENESIS : positionAfter(lastSealed),
    open:
      openBlock === undefined
        ? null
        : { block: openBlock, groups: toGroups(await loadBlockTransactions(db, openBlock.number)) },
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

function positionAfter(block: StoredBlock): ChainPosition {
  return {
    queueIndex: block.firstQueueIndex + block.l1OperationCount,
    queueHash: block.queueHashAfter,
    timestamp: block.timestamp,
  };
}

async function replayBlock(
  db: Db,
  tree: StateTree,
  number: number,
  execution: Pick<BlockOptions, "domain" | "compress" | "verifySignature">,
): Promise<void> {
  const [block] = await loadBlocks(db, number, number);
  if (block === undefined) throw diverged(number, "it is missing in the database");
  if (block.origin === "l1") {
    await replayForeignBlock(db, tree, block);
    return assertRoot(tree, block);
  }
  const builder = createBlockBuilder({
    ...execution,
    state: tree,
    slotCount: block.slotCount,
    blockNumber: block.number,
    timestamp: block.timestamp,
    queueHash: block.queueHashBefore,
    feeAccounts: block.feeAccounts.map((index) => index as BlockOptions["feeAccounts"][number]),
  });
  for (const { operation } of await loadQueueEntries(db, block.firstQueueIndex, block.l1OperationCount)) {
    builder.addL1Operation(operation);
  }
  for (const group of toGroups(await loadBlockTransactions(db, number))) {
    const result = builder.addGroup(signedOf(group));
    if (result.type !== "included") throw diverged(number, `a stored transaction is ${result.type}`);
  }
  const executed = builder.seal();
  tree.applyBlock(block.number, executed.updates, executed.newNextIndex);
  assertRoot(tree, block);
}

function assertRoot(tree: StateTree, block: StoredBlock): void {
  if (tree.root() === block.seal?.newRoot && tree.nextIndex() === block.seal.newNextIndex) return;
  throw diverged(block.number, "the state's root is not the stored one");
}

function diverged(number: number, reason: string): CairnError<NodeErrorCode> {
  return new CairnError("node/state-diverged", `block ${number} cannot be reconciled: ${reason}`);
}
