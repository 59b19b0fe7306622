import type { Compress } from "@cairn/crypto";
import type { BlockOpening, BlockSeal, QueueEntry } from "@cairn/db";
import {
  type AccountIndex,
  type BlockSize,
  blockCapacity,
  blockNumber,
  CairnError,
  CIRCUIT_TYPE,
  type Domain,
  type L2Transaction,
  publicInput,
  type TransactionGroup,
  trimPublishedData,
} from "@cairn/protocol";
import type { StateTree } from "@cairn/state";
import {
  type BlockBuilder,
  blockPublicInput,
  createBlockBuilder,
  type Rejection,
  type StateReader,
  type TransactionReceipt,
  type VerifySignature,
} from "@cairn/vm";
import type { ClosedReason, Opening } from "../block-rules.ts";
import { crashPoint } from "../crash-points.ts";
import type { NodeErrorCode } from "../errors.ts";
import { encodeWitnessInput } from "../prover/witness-input.ts";
import type { JournalEntry } from "./journal.ts";

/** Where the chain stands between blocks. */
export interface ChainPosition {
  /** Entries of the L1 queue that blocks have consumed. */
  readonly queueIndex: number;
  /** Queue hash after them. */
  readonly queueHash: Uint8Array;
  /** Of the last block, in seconds; 0 before the first. */
  readonly timestamp: number;
}

/** What a chain builds blocks with. */
export interface ChainOptions {
  readonly tree: StateTree;
  readonly domain: Domain;
  readonly slotCount: BlockSize;
  readonly compress: Compress;
  readonly verifySignature: VerifySignature;
  /** Message hash of a transaction that was hashed before. */
  readonly hashMessage: (transaction: L2Transaction) => bigint;
  /** Transactions must stay valid this long after the block's timestamp, for the proof to reach L1. */
  readonly minValiditySeconds: number;
  /** Accounts that take fees, as of now. */
  readonly feeAccounts: () => readonly AccountIndex[];
  /** Queue entries that may be consumed, from position `first` on; at most `limit`. */
  readonly nextQueueEntries: (first: number, limit: number) => readonly QueueEntry[];
  readonly nowMs: () => number;
  readonly elapsedMs: () => number;
  /** Whether a block may be opened after one of timestamp `previous`, and with which time. */
  readonly opening: (previous: number) => Opening;
  /** Takes what happened, in order. */
  readonly emit: (entry: JournalEntry) => void;
}

/** What became of a group offered to the chain. */
export type Placement =
  | { readonly type: "confirmed"; readonly blockNumber: number; readonly receipts: readonly TransactionReceipt[] }
  | ({ readonly type: "rejected" } & Rejection)
  /** It needs a new block, and none may be opened now. */
  | { readonly type: "closed"; readonly reason: ClosedReason };

/** A block sealed just now. */
export interface SealedBlock {
  readonly number: number;
  readonly seal: BlockSeal;
  readonly openedAtMs: number;
}

/** Builds blocks one after another; synchronous, in memory and state store; the journal makes the rest durable. */
export interface Chain {
  /** The state after everything placed so far, fees of the open block excepted. */
  readonly state: () => StateReader;
  /** The open block, null when none is. */
  readonly open: () => {
    readonly opening: BlockOpening;
    readonly transactions: number;
    readonly slots: number;
    readonly ageMs: number;
  } | null;
  /** Why nothing should be placed now; null when a block is open that can reach L1, or may be opened. */
  readonly closedReason: () => ClosedReason | null;
  readonly position: () => ChainPosition;
  /** Executes a group in the open block, in a new one if it does not fit. Throws `state/io`. */
  readonly place: (group: TransactionGroup) => Placement;
  /** Opens a block for waiting queue entries if none is open and one may be. */
  readonly openForQueue: () => void;
  /** Seals the open block; null when none is or nothing is in it. Throws `state/io`. */
  readonly seal: () => SealedBlock | null;
  /** Builds a block again that was open before a restart, from its opening on; writes nothing. Throws `node/queue-gap`. */
  readonly reopen: (opening: BlockOpening, entries: readonly QueueEntry[]) => void;
}

interface OpenBlock {
  readonly opening: BlockOpening;
  readonly builder: BlockBuilder;
  /** By elapsed time; after a restart the block's age counts anew. */
  readonly openedAtElapsedMs: number;
  transactions: number;
  /** Whether the journal knows it; a block without content does not need to be known. */
  isAnnounced: boolean;
}

/** A chain that continues at `position` on the tree's last block. `onSealed` is told of every block. */
export function createChain(
  options: ChainOptions,
  start: ChainPosition,
  onSealed: (block: SealedBlock) => void,
): Chain {
  const { tree, slotCount, compress } = options;
  let position = start;
  let current: OpenBlock | null = null;

  const build = (opening: BlockOpening, entries: readonly QueueEntry[]): OpenBlock => {
    const builder = createBlockBuilder({
      state: tree,
      domain: options.domain,
      slotCount,
      blockNumber: opening.number,
      timestamp: opening.timestamp,
      queueHash: opening.queueHashBefore,
      feeAccounts: opening.feeAccounts.map((index) => index as AccountIndex),
      verifySignature: options.verifySignature,
      hashMessage: options.hashMessage,
      compress,
      minValiditySeconds: options.minValiditySeconds,
    });
    for (const { operation } of entries) builder.addL1Operation(operation);
    return { opening, builder, openedAtElapsedMs: options.elapsedMs(), transactions: 0, isAnnounced: false };
  };

  const openBlock = (): OpenBlock | ClosedReason => {
    const allowed = options.opening(position.timestamp);
    if (allowed.type === "closed") {
      current = null;
      return allowed.reason;
    }
    const entries = options.nextQueueEntries(position.queueIndex, blockCapacity(slotCount));
    const opening: BlockOpening = {
      number: blockNumber(tree.blockNumber() + 1),
      timestamp: allowed.timestamp,
      slotCount,
      feeAccounts: options.feeAccounts(),
      firstQueueIndex: position.queueIndex,
      l1OperationCount: entries.length,
      queueHashBefore: position.queueHash,
      queueHashAfter: entries.at(-1)?.hashAfter ?? position.queueHash,
      openedAtMs: options.nowMs(),
    };
    const block = build(opening, entries);
    current = block;
    if (entries.length > 0) announce(block);
    return block;
  };

  const announce = (block: OpenBlock): void => {
    if (block.isAnnounced) return;
    block.isAnnounced = true;
    options.emit({ type: "opened", block: block.opening });
  };

  const seal = (): SealedBlock | null => {
    if (current === null || !current.isAnnounced) return null;
    const { opening, builder, transactions } = current;
    const executed = builder.seal();
    const oldRoot = tree.root();
    const witness = encodeWitnessInput(executed.trace, tree, compress);
    const newRoot = tree.applyBlock(opening.number, executed.updates, executed.newNextIndex);
    crashPoint("block-sealed-in-state");
    const block: BlockSeal = {
      oldRoot,
      oldNextIndex: executed.oldNextIndex,
      newRoot,
      newNextIndex: executed.newNextIndex,
      txRoot: executed.txRoot,
      data: trimPublishedData(executed.publishedBytes),
      transactionCount: transactions,
      sealedAtMs: options.nowMs(),
    };
    current = null;
    position = {
      queueIndex: opening.firstQueueIndex + executed.l1OperationCount,
      queueHash: executed.queueHashAfter,
      timestamp: opening.timestamp,
    };
    options.emit({
      type: "sealed",
      number: opening.number,
      seal: block,
      payouts: executed.payouts,
      witness,
      batch: {
        firstBlock: opening.number,
        lastBlock: opening.number,
        circuitType: CIRCUIT_TYPE[slotCount],
        publicInput: publicInput(blockPublicInput(executed, oldRoot, newRoot)),
      },
    });
    const sealed = { number: opening.number, seal: block, openedAtMs: opening.openedAtMs };
    onSealed(sealed);
    return sealed;
  };

  return {
    state: () => current?.builder.state ?? tree,
    open: () => {
      if (current === null || !current.isAnnounced) return null;
      const { opening, transactions, builder, openedAtElapsedMs } = current;
      const ageMs = options.elapsedMs() - openedAtElapsedMs;
      return { opening, transactions, slots: slotCount - builder.remaining.slots, ageMs };
    },
    closedReason: () => {
      const allowed = options.opening(position.timestamp);
      if (allowed.type === "open") return null;
      const isRoomLeft = allowed.reason === "lagging" || allowed.reason === "awaitingL1";
      return isRoomLeft && current?.isAnnounced ? null : allowed.reason;
    },
    position: () => position,
    place: (group) => {
      for (;;) {
        // An empty block is opened anew: it costs nothing, and its time and queue entries are those of now.
        const block = current?.isAnnounced ? current : openBlock();
        if (typeof block === "string") return { type: "closed", reason: block };
        const result = block.builder.addGroup(group);
        if (result.type === "rejected") return result;
        if (result.type === "included") {
          announce(block);
          block.transactions += group.length;
          return { type: "confirmed", blockNumber: block.opening.number, receipts: result.receipts };
        }
        // The group fits an empty block (else it is rejected), and every block consumes queue entries: this ends.
        seal();
      }
    },
    openForQueue: () => {
      if (!current?.isAnnounced && options.nextQueueEntries(position.queueIndex, 1).length > 0) openBlock();
    },
    seal,
    reopen: (opening, entries) => {
      if (entries.length !== opening.l1OperationCount || opening.firstQueueIndex !== position.queueIndex) {
        throw new CairnError<NodeErrorCode>(
          "node/queue-gap",
          `block ${opening.number} needs ${opening.l1OperationCount} queue entries from ${opening.firstQueueIndex} on`,
        );
      }
      current = { ...build(opening, entries), isAnnounced: true };
    },
  };
}
