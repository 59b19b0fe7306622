import type { L1Operation, TransactionGroup } from "@cairn/protocol";
import type { ExecutedBlock } from "./block.ts";
import { type BlockOptions, createBlockBuilder } from "./builder.ts";
import type { Rejection } from "./rejections.ts";

/** What a block is offered: queue entries and transactions, each in order. */
export interface BlockContent {
  readonly l1Operations: readonly L1Operation[];
  readonly groups: readonly TransactionGroup[];
}

/** A group that was refused, with the reason. */
export interface RejectedGroup extends Rejection {
  readonly group: TransactionGroup;
}

/** A block and what did not get into it. */
export interface BlockExecution {
  readonly block: ExecutedBlock;
  readonly rejected: readonly RejectedGroup[];
  /** What the block had no room for, in order. */
  readonly deferred: BlockContent;
}

/** Builds and seals one block from as much of `content` as it can take. Throws as {@link createBlockBuilder} and its methods. */
export function executeBlock(options: BlockOptions, content: BlockContent): BlockExecution {
  const builder = createBlockBuilder(options);
  const deferredOperations = content.l1Operations.filter(
    (operation) => builder.addL1Operation(operation).type === "deferred",
  );
  const rejected: RejectedGroup[] = [];
  const deferredGroups: TransactionGroup[] = [];
  for (const group of content.groups) {
    const result = builder.addGroup(group);
    if (result.type === "rejected") rejected.push({ group, reason: result.reason, index: result.index });
    if (result.type === "deferred") deferredGroups.push(group);
  }
  return { block: builder.seal(), rejected, deferred: { l1Operations: deferredOperations, groups: deferredGroups } };
}
