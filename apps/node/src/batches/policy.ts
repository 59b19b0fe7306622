import type { BlockSeal, StoredBlock } from "@cairn/db";
import {
  blockCapacity,
  blockRows,
  bytesToCells,
  CELL_BYTES,
  decodeHeaderCell,
  MAX_BATCH_BLOCKS,
  MAX_BATCH_L1_OPERATIONS,
  MAX_BATCH_PAYOUTS,
  MAX_BATCH_ROWS,
  ROW_CELLS,
} from "@cairn/protocol";
import { listBytes, MAX_CALLDATA_BYTES } from "./place.ts";

/** What a policy reads of a sealed block. */
export interface WaitingBlock extends Pick<StoredBlock, "timestamp" | "slotCount" | "l1OperationCount"> {
  readonly seal: Pick<BlockSeal, "cells" | "sealedAtMs"> | null;
}

/** What a policy knows when it decides. */
export interface BatchSituation {
  /** Sealed blocks that no batch holds, consecutive, lowest first; there may be more after them. */
  readonly waiting: readonly WaitingBlock[];
  /** When L1 got the oldest queue entry that one of them consumes, in seconds; null if they consume none. */
  readonly oldestEntryAt: number | null;
  /** For each waiting block, when L1 got the entry that follows what it consumes, in seconds; null if none is known. */
  readonly nextEntryAt: readonly (number | null)[];
  /** Whether someone else is the operator: then a batch has to consume all that waited at its time, and at least one entry. */
  readonly isStranger: boolean;
  /** Whether the cells may go into the calldata, where they have to fit together with payouts and L1 operations. */
  readonly mayUseCalldata: boolean;
  readonly nowMs: number;
}

/** Which blocks form batches. */
export interface BatchDecision {
  /** Numbers of blocks of the batches to close now, one batch after another from the first waiting block on. */
  readonly batches: readonly number[];
  /** When to decide about the rest even if no block is sealed until then; null if only a new block can change it. */
  readonly againAtMs: number | null;
}

/** Decides how sealed blocks form batches; pure: the same situation leads to the same decision. */
export type BatchPolicy = (situation: BatchSituation) => BatchDecision;

/** When a batch is closed. */
export interface BatchPolicySettings {
  /** At most; 1 … 64. */
  readonly maxBlocks: number;
  /** Age at which the oldest block waits for no others. */
  readonly maxAgeSeconds: number;
  /** Seconds within which L1 wants a queue entry consumed; null if unknown: then no block with one waits. */
  readonly inclusionDelaySeconds: number | null;
}

/** What a block takes of its batch's room. Payouts are those of extras and L1 operations, of which some make none. */
interface Room {
  readonly blocks: number;
  readonly rows: number;
  readonly l1Operations: number;
  readonly payouts: number;
  readonly bytes: number;
}

/**
 * Closes a batch as soon as no other block fits: at `maxBlocks`, or when its lists or its transaction are full. Else when its
 * oldest block has reached the age, or half of the time is over within which L1 wants one of its queue entries. It ends at the
 * last block where L1 does not want more entries consumed (spec 4.3); if there is none, it is of one block, which is rebuilt
 * if L1 refuses it.
 *
 * @example createBatchPolicy({ maxBlocks: 16, maxAgeSeconds: 600, inclusionDelaySeconds: 86_400 });
 */
export function createBatchPolicy(settings: BatchPolicySettings): BatchPolicy {
  const limits: Room = {
    blocks: Math.min(settings.maxBlocks, MAX_BATCH_BLOCKS),
    rows: MAX_BATCH_ROWS,
    l1Operations: MAX_BATCH_L1_OPERATIONS,
    payouts: MAX_BATCH_PAYOUTS,
    bytes: MAX_CALLDATA_BYTES,
  };
  return (situation) => {
    const { waiting, oldestEntryAt, mayUseCalldata, nowMs } = situation;
    const rooms = waiting.map((block) => roomOf(block, mayUseCalldata));
    const closed: number[] = [];
    let start = 0;
    let next = fill(rooms, limits);
    while (next.isFull) {
      const count = acceptedCount(situation, settings, { start, count: next.count });
      closed.push(count);
      start += count;
      next = fill(rooms.slice(start), limits);
    }
    const [first] = waiting;
    // What is left then is another situation.
    if (closed.length > 0 || first === undefined) return { batches: closed, againAtMs: null };
    const dueAtMs = Math.min(ageDue(first, settings), entryDue(oldestEntryAt, settings));
    if (nowMs < dueAtMs) return { batches: [], againAtMs: dueAtMs };
    return { batches: [acceptedCount(situation, settings, { start: 0, count: next.count })], againAtMs: null };
  };
}

/** How many blocks fit into a batch, and whether it has no room for another one. */
function fill(rooms: readonly Room[], limits: Room): { readonly count: number; readonly isFull: boolean } {
  let used = EMPTY;
  for (const own of rooms) {
    if (used.blocks > 0 && !fits(sum(used, own), limits)) return { count: used.blocks, isFull: true };
    used = sum(used, own);
  }
  return { count: used.blocks, isFull: used.blocks >= limits.blocks };
}

/** Blocks of the longest batch from `start` on, of at most `count`, that consumes as many entries as L1 wants; else 1. */
function acceptedCount(
  { waiting, nextEntryAt, isStranger }: BatchSituation,
  { inclusionDelaySeconds }: BatchPolicySettings,
  { start, count }: { readonly start: number; readonly count: number },
): number {
  const delay = isStranger ? 0 : (inclusionDelaySeconds ?? 0);
  let consumed = 0;
  let accepted = 1;
  for (const [i, { l1OperationCount, slotCount, timestamp }] of waiting.slice(start, start + count).entries()) {
    consumed += l1OperationCount;
    const capacity = i === 0 ? blockCapacity(slotCount) : MAX_BATCH_L1_OPERATIONS;
    const left = nextEntryAt[start + i] ?? null;
    const isOneLeft = left !== null && left + delay <= timestamp && consumed < capacity;
    if (!isOneLeft && consumed >= (isStranger ? 1 : 0)) accepted = i + 1;
  }
  return accepted;
}

const EMPTY: Room = { blocks: 0, rows: 0, l1Operations: 0, payouts: 0, bytes: 0 };

function roomOf({ seal, l1OperationCount: l1Operations }: WaitingBlock, mayUseCalldata: boolean): Room {
  const [header = 0n] = bytesToCells((seal?.cells ?? new Uint8Array()).subarray(0, CELL_BYTES));
  const { slots, extraCount } = decodeHeaderCell(header);
  const rows = blockRows(slots, extraCount);
  const payouts = extraCount + l1Operations;
  const cellBytes = mayUseCalldata ? rows * ROW_CELLS * CELL_BYTES : 0;
  const bytes = cellBytes + listBytes({ payouts, l1Operations });
  return { blocks: 1, rows, l1Operations, payouts, bytes };
}

function sum(a: Room, b: Room): Room {
  return {
    blocks: a.blocks + b.blocks,
    rows: a.rows + b.rows,
    l1Operations: a.l1Operations + b.l1Operations,
    payouts: a.payouts + b.payouts,
    bytes: a.bytes + b.bytes,
  };
}

function fits(used: Room, limits: Room): boolean {
  return (
    used.blocks <= limits.blocks &&
    used.rows <= limits.rows &&
    used.l1Operations <= limits.l1Operations &&
    used.payouts <= limits.payouts &&
    used.bytes <= limits.bytes
  );
}

/** A rebuilt block may carry a time that is long past: L1 counts its age from there. */
function ageDue({ timestamp, seal }: WaitingBlock, { maxAgeSeconds }: BatchPolicySettings): number {
  const sinceMs = timestamp * 1000;
  return Math.min(sinceMs, seal?.sealedAtMs ?? sinceMs) + maxAgeSeconds * 1000;
}

function entryDue(oldestEntryAt: number | null, { inclusionDelaySeconds }: BatchPolicySettings): number {
  if (oldestEntryAt === null) return Number.POSITIVE_INFINITY;
  return (oldestEntryAt + (inclusionDelaySeconds ?? 0) / 2) * 1000;
}
