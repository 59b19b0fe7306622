import type { StoredBlock } from "@cairn/db";
import {
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

/** What a policy knows when it decides. */
export interface BatchSituation {
  /** Sealed blocks that no batch holds, consecutive, lowest first; there may be more after them. */
  readonly waiting: readonly StoredBlock[];
  /** When L1 got the oldest queue entry that one of them consumes, in seconds; null if they consume none. */
  readonly oldestEntryAt: number | null;
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
  /** Whether the cells may go into the calldata, where they have to fit together with payouts and L1 operations. */
  readonly mayUseCalldata: boolean;
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
 * oldest block has reached the age, or half of the time is over within which L1 wants one of its queue entries.
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
  return ({ waiting, oldestEntryAt, nowMs }) => {
    const { closed, open } = fill(waiting, limits, settings.mayUseCalldata);
    const [first] = waiting;
    // What is left then is another situation.
    if (closed.length > 0 || first === undefined) return { batches: closed, againAtMs: null };
    const dueAtMs = Math.min(ageDue(first, settings), entryDue(oldestEntryAt, settings));
    return nowMs < dueAtMs ? { batches: [], againAtMs: dueAtMs } : { batches: [open], againAtMs: null };
  };
}

/** Numbers of blocks of the batches that are full, and of the last one, which is not. */
function fill(
  waiting: readonly StoredBlock[],
  limits: Room,
  mayUseCalldata: boolean,
): { readonly closed: readonly number[]; readonly open: number } {
  const closed: number[] = [];
  let used = EMPTY;
  for (const block of waiting) {
    const own = roomOf(block, mayUseCalldata);
    if (used.blocks > 0 && !fits(sum(used, own), limits)) {
      closed.push(used.blocks);
      used = EMPTY;
    }
    used = sum(used, own);
  }
  if (used.blocks < limits.blocks) return { closed, open: used.blocks };
  return { closed: [...closed, used.blocks], open: 0 };
}

const EMPTY: Room = { blocks: 0, rows: 0, l1Operations: 0, payouts: 0, bytes: 0 };

function roomOf({ seal, l1OperationCount: l1Operations }: StoredBlock, mayUseCalldata: boolean): Room {
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
function ageDue({ timestamp, seal }: StoredBlock, { maxAgeSeconds }: BatchPolicySettings): number {
  const sinceMs = timestamp * 1000;
  return Math.min(sinceMs, seal?.sealedAtMs ?? sinceMs) + maxAgeSeconds * 1000;
}

function entryDue(oldestEntryAt: number | null, { inclusionDelaySeconds }: BatchPolicySettings): number {
  if (oldestEntryAt === null) return Number.POSITIVE_INFINITY;
  return (oldestEntryAt + (inclusionDelaySeconds ?? 0) / 2) * 1000;
}
