import type { Compress } from "@cairn/crypto";
import type { BlockOpening, L1OutcomeContent, QueueEntry } from "@cairn/db";
import { type AccountIndex, blockCapacity, blockNumber, CairnError, type Domain, type SoloSize } from "@cairn/protocol";
import {
  type BlockBuilder,
  createBlockBuilder,
  type OfferedGroup,
  type Rejection,
  type StateReader,
  type TransactionReceipt,
  type VerifySignature,
} from "@cairn/vm";
import type { ClosedReason, Opening } from "../block-rules.ts";
import type { NodeErrorCode } from "../errors.ts";
import { outcomesOf } from "./block-records.ts";
import type { FeeAccounts } from "./fee-accounts.ts";
import type { JournalEntry } from "./journal.ts";
import { createLayers } from "./layers.ts";
import type { ClosedTask } from "./sealing.ts";
import type { SealedBlock } from "./sealing-line.ts";

/** Where the sequence of blocks continues. */
export interface SequencePosition {
  /** L1 queue entries that blocks have consumed. */
  readonly queueIndex: number;
  /** Queue hash after them. */
  readonly queueHash: Uint8Array;
  /** Of the last block, in seconds; 0 before the first. */
  readonly timestamp: number;
  /** The last block. */
  readonly block: number;
}

/** Dependencies of a chain. */
export interface ChainOptions {
  /** The state store, which advances as blocks are sealed. */
  readonly base: StateReader;
  readonly domain: Domain;
  readonly slotCount: SoloSize;
  readonly compress: Compress;
  readonly verifySignature: VerifySignature;
  /** Accounts that receive fees, as of the base; follows closed blocks. */
  readonly feeAccounts: Pick<FeeAccounts, "current" | "follow">;
  /** Queue entries that may be consumed, from position `first` on; at most `limit`. */
  readonly nextQueueEntries: (first: number, limit: number) => readonly QueueEntry[];
  readonly nowMs: () => number;
  readonly elapsedMs: () => number;
  /** Whether a block may be opened after one with timestamp `previous`, and with which time. */
  readonly opening: (previous: number) => Opening;
  /** Receives what happened, in order. */
  readonly emit: (entry: JournalEntry) => void;
  /** Seals a closed block, in the order of the calls, and applies it to the base. */
  readonly seal: (task: ClosedTask) => Promise<SealedBlock>;
}

/** What became of a group offered to the chain. */
export type Placement =
  | { readonly type: "confirmed"; readonly blockNumber: number; readonly receipts: readonly TransactionReceipt[] }
  | ({ readonly type: "rejected" } & Rejection)
  /** It needs a new block, but none may be opened now. */
  | { readonly type: "closed"; readonly reason: ClosedReason };

/** Builds successive blocks in memory and synchronously; journal and sealing make them durable. */
export interface Chain {
  /** The state after everything placed so far, except fees of the open block. */
  readonly state: () => StateReader;
  /** The open block, null if there is none. */
  readonly open: () => {
    readonly opening: BlockOpening;
    readonly transactions: number;
    readonly slots: number;
    readonly ageMs: number;
  } | null;
  /** Why nothing should be placed now; null when a block that can reach L1 is open or may be opened. */
  readonly closedReason: () => ClosedReason | null;
  readonly position: () => SequencePosition;
  /** Executes a group in the open block, in a new one if it does not fit. Throws what the base throws. */
  readonly place: (group: OfferedGroup) => Placement;
  /** Opens a block for waiting queue entries if none is open and one may be. */
  readonly openForQueue: () => void;
  /** Closes the open block and has it sealed; null if there is none or it is empty. */
  readonly close: () => Promise<SealedBlock> | null;
  /**
   * Rebuilds a block that was open before a restart, from its opening; writes nothing. Returns the receipts, null if a
   * group no longer runs. Throws `node/queue-gap`.
   */
  readonly reopen: (
    opening: BlockOpening,
    entries: readonly QueueEntry[],
    groups: readonly OfferedGroup[],
  ) => readonly TransactionReceipt[] | null;
}

interface OpenBlock {
  readonly opening: BlockOpening;
  readonly operations: readonly QueueEntry[];
  readonly outcomes: readonly L1OutcomeContent[];
  readonly builder: BlockBuilder;
  readonly groups: OfferedGroup[];
  readonly ids: bigint[];
  /** By elapsed time; after a restart the block's age starts again. */
  readonly openedAtElapsedMs: number;
  /** Whether the journal has it; an empty block need not be recorded. */
  isAnnounced: boolean;
}

/** A chain that continues at a position, which must be the base's. */
export function createChain(options: ChainOptions, start: SequencePosition): Chain {
  const { slotCount, compress } = options;
  const layers = createLayers(options.base);
  let position = start;
  let current: OpenBlock | null = null;

  const build = (opening: BlockOpening, entries: readonly QueueEntry[]): OpenBlock => {
    const builder = createBlockBuilder({
      state: layers,
      domain: options.domain,
      slotCount,
      blockNumber: opening.number,
      timestamp: opening.timestamp,
      feeAccounts: opening.feeAccounts.map((index) => index as AccountIndex),
      verifySignature: options.verifySignature,
      compress,
    });
    const operations = entries.map(({ operation }) => operation);
    const results = operations.map((operation) => builder.addL1Operation(operation));
    return {
      opening,
      operations: entries,
      outcomes: outcomesOf(
        operations,
        results.flatMap((result) => (result.type === "included" ? [result.receipt.outcome] : [])),
      ),
      builder,
      groups: [],
      ids: [],
      openedAtElapsedMs: options.elapsedMs(),
      isAnnounced: false,
    };
  };

  const openBlock = (): OpenBlock | ClosedReason => {
    const allowed = options.opening(position.timestamp);
    if (allowed.type === "closed") {
      current = null;
      return allowed.reason;
    }
    const entries = options.nextQueueEntries(position.queueIndex, blockCapacity(slotCount));
    const opening: BlockOpening = {
      number: blockNumber(position.block + 1),
      timestamp: allowed.timestamp,
      slotCount,
      feeAccounts: options.feeAccounts.current(),
      firstQueueIndex: position.queueIndex,
      l1OperationCount: entries.length,
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
    options.emit({ type: "opened", block: block.opening, outcomes: block.outcomes });
  };

  const close = (): Promise<SealedBlock> | null => {
    if (current === null || !current.isAnnounced) return null;
    const { opening, operations, builder, groups, ids } = current;
    const { updates, newNextIndex } = builder.close();
    current = null;
    position = {
      queueIndex: opening.firstQueueIndex + opening.l1OperationCount,
      queueHash: opening.queueHashAfter,
      timestamp: opening.timestamp,
      block: opening.number,
    };
    layers.push(opening.number, { updates, newNextIndex });
    options.feeAccounts.follow(updates);
    const sealing = options.seal({
      domain: options.domain,
      opening,
      operations: operations.map(({ operation }) => operation),
      groups,
      ids,
      expected: { type: "accounts", updates, newNextIndex },
    });
    sealing.then(
      () => layers.drop(opening.number),
      () => undefined,
    );
    return sealing;
  };

  return {
    state: () => current?.builder.state ?? layers,
    open: () => {
      if (current === null || !current.isAnnounced) return null;
      const { opening, ids, builder, openedAtElapsedMs } = current;
      const ageMs = options.elapsedMs() - openedAtElapsedMs;
      return { opening, transactions: ids.length, slots: slotCount - builder.remaining.slots, ageMs };
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
        // An empty block is reopened: that costs nothing and refreshes its time and queue entries.
        const block = current?.isAnnounced ? current : openBlock();
        if (typeof block === "string") return { type: "closed", reason: block };
        const result = block.builder.addGroup(group);
        if (result.type === "rejected") return result;
        if (result.type === "included") {
          announce(block);
          include(block, group, result.receipts);
          return { type: "confirmed", blockNumber: block.opening.number, receipts: result.receipts };
        }
        // The group fits an empty block (else it is rejected), and every block consumes queue entries: this terminates.
        close();
      }
    },
    openForQueue: () => {
      if (!current?.isAnnounced && options.nextQueueEntries(position.queueIndex, 1).length > 0) openBlock();
    },
    close,
    reopen: (opening, entries, groups) => {
      const follows = opening.firstQueueIndex === position.queueIndex && opening.number === position.block + 1;
      if (entries.length !== opening.l1OperationCount || !follows) {
        throw new CairnError<NodeErrorCode>(
          "node/queue-gap",
          `block ${opening.number} needs ${opening.l1OperationCount} queue entries from ${opening.firstQueueIndex} on`,
        );
      }
      const block = build(opening, entries);
      const receipts: TransactionReceipt[] = [];
      for (const group of groups) {
        const result = block.builder.addGroup(group);
        if (result.type !== "included") return null;
        include(block, group, result.receipts);
        receipts.push(...result.receipts);
      }
      block.isAnnounced = true;
      current = block;
      return receipts;
    },
  };
}

function include(block: OpenBlock, group: OfferedGroup, receipts: readonly TransactionReceipt[]): void {
  block.groups.push(group);
  for (const { id } of receipts) block.ids.push(id);
}
