import type { StoredBlock } from "@cairn/db";
import {
  accountIndex,
  cellsToBytes,
  encodeBlockCells,
  encodeFloat16,
  encodeFloat40,
  type PublishedSlot,
  type SoloSize,
} from "@cairn/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openingOf, sealOf } from "../../test/stored-blocks.ts";
import { MAX_CALLDATA_BYTES } from "./place.ts";
import { type BatchPolicySettings, type BatchSituation, createBatchPolicy } from "./policy.ts";

const NOW_MS = 1_000_000_000;
const SETTINGS: BatchPolicySettings = {
  maxBlocks: 64,
  maxAgeSeconds: 600,
  inclusionDelaySeconds: 86_400,
};

interface Content {
  readonly slots?: SoloSize;
  readonly withdrawals?: number;
  readonly l1Operations?: number;
  readonly ageSeconds?: number;
}

function block(number: number, content: Content = {}): StoredBlock {
  const { slots: slotCount = 16, withdrawals = 0, l1Operations: l1OperationCount = 0, ageSeconds = 0 } = content;
  const timestamp = NOW_MS / 1000 - ageSeconds;
  const slots = Array.from({ length: slotCount }, (_, i): PublishedSlot => {
    if (i < l1OperationCount || i >= l1OperationCount + withdrawals) return { type: "nothing" };
    const [amount, fee] = [encodeFloat40(1n), encodeFloat16(0n)];
    return { type: "withdraw", from: accountIndex(64), amount, fee, recipient: 1n };
  });
  const feeIndices = [0, 0, 0, 0].map(accountIndex);
  const cells = encodeBlockCells({ slots, feeIndices, l1Count: l1OperationCount, timestamp: BigInt(timestamp) });
  const opening = { ...openingOf(number), slotCount, l1OperationCount, timestamp };
  const seal = { ...sealOf(openingOf(number)), cells: cellsToBytes(cells), sealedAtMs: timestamp * 1000 };
  return { ...opening, origin: "own", status: "sealed", seal, provenAtMs: null, finalAtMs: null };
}

const blocks = (count: number, content: Content = {}): StoredBlock[] =>
  Array.from({ length: count }, (_, i) => block(1 + i, content));
const decide = (waiting: readonly StoredBlock[], change: Partial<BatchPolicySettings> = {}, oldestEntryAt?: number) =>
  decideAbout({ waiting, oldestEntryAt: oldestEntryAt ?? null }, change);
const decideAbout = (situation: Partial<BatchSituation>, change: Partial<BatchPolicySettings> = {}) =>
  createBatchPolicy({ ...SETTINGS, ...change })({
    ...{ waiting: [], oldestEntryAt: null, nextEntryAt: [], isStranger: false, mayUseCalldata: true, nowMs: NOW_MS },
    ...situation,
  });

describe("a policy for batches", () => {
  it("closes each block at once when a batch has one, whatever its age", () => {
    expect(decide(blocks(3), { maxBlocks: 1 })).toEqual({ batches: [1, 1, 1], againAtMs: null });
    expect(decide([], { maxBlocks: 1 })).toEqual({ batches: [], againAtMs: null });
  });

  it("closes a batch when it has its number of blocks, and decides about the rest afterwards", () => {
    expect(decide(blocks(3), { maxBlocks: 4 })).toEqual({ batches: [], againAtMs: NOW_MS + 600_000 });
    expect(decide(blocks(4), { maxBlocks: 4 })).toEqual({ batches: [4], againAtMs: null });
    expect(decide(blocks(9), { maxBlocks: 4 })).toEqual({ batches: [4, 4], againAtMs: null });
  });

  it("closes a batch when its oldest block has the age, by its time on L1 or since it was sealed", () => {
    const waiting = [block(1, { ageSeconds: 599 }), block(2, { ageSeconds: 20 })];
    expect(decide(waiting)).toEqual({ batches: [], againAtMs: NOW_MS + 1000 });
    expect(decide([block(1, { ageSeconds: 600 }), block(2)])).toEqual({ batches: [2], againAtMs: null });
    const [rebuilt = block(1)] = [block(1, { ageSeconds: 5000 })];
    const resealed = { ...rebuilt, seal: { ...sealOf(openingOf(1)), ...rebuilt.seal, sealedAtMs: NOW_MS } };
    expect(decide([resealed])).toEqual({ batches: [1], againAtMs: null });
    const ahead = { ...block(1, { ageSeconds: -60 }) };
    const early = { ...ahead, seal: { ...sealOf(openingOf(1)), ...ahead.seal, sealedAtMs: NOW_MS - 600_000 } };
    expect(decide([early])).toEqual({ batches: [1], againAtMs: null });
  });

  it("closes a batch when half of an entry's time is over, and at once if it does not know that time", () => {
    const waiting = blocks(2, { l1Operations: 1 });
    const at = (secondsAgo: number) => NOW_MS / 1000 - secondsAgo;
    const delay = { inclusionDelaySeconds: 3600 };
    expect(decide(waiting, delay, at(1700))).toEqual({ batches: [], againAtMs: NOW_MS + 100_000 });
    expect(decide(waiting, delay, at(1800))).toEqual({ batches: [2], againAtMs: null });
    expect(decide(waiting, { inclusionDelaySeconds: null }, at(0))).toEqual({
      batches: [2],
      againAtMs: null,
    });
    expect(decide(blocks(2), { inclusionDelaySeconds: null })).toMatchObject({ batches: [] });
  });

  it.each([
    ["31 blocks of 256 fill the rows", { slots: 256 }, 31],
    ["512 L1 operations of 64 in a block", { slots: 256, l1Operations: 64 }, 8],
    ["the bytes of a transaction, with 64 withdrawals in a block", { slots: 256, withdrawals: 64 }, 12],
    ["the same in blocks of 64, with 16 withdrawals each", { slots: 64, withdrawals: 16 }, 47],
    ["64 small blocks", { slots: 16 }, 64],
  ] as const)("closes a batch when nothing more fits: %s", (_what, content, count) => {
    expect(decide(blocks(count, content)).batches).toEqual(count === 64 ? [64] : []);
    expect(decide([...blocks(count, content), block(99, content)]).batches).toEqual([count]);
  });

  it("fills a batch whose cells only ever go into a blob without counting them as calldata", () => {
    const waiting = blocks(65, { slots: 64, withdrawals: 16 });
    expect(decideAbout({ waiting, mayUseCalldata: false }).batches).toEqual([62]);
    expect(decide(waiting).batches.every((count) => count < 62)).toBe(true);
  });

  it("never closes more than circuits and transactions have room for, and leaves out no block", () => {
    const content = fc
      .record({
        slots: fc.constantFrom<SoloSize>(16, 64, 256),
        withdrawals: fc.nat(4),
        l1Operations: fc.nat(4),
        ageSeconds: fc.nat(1000),
      })
      .map(({ slots, withdrawals, l1Operations, ageSeconds }) => {
        const share = slots / 16;
        return { slots, withdrawals: withdrawals * share, l1Operations: l1Operations * share, ageSeconds };
      });
    fc.assert(
      fc.property(
        fc.array(content, { minLength: 1, maxLength: 70 }),
        fc.integer({ min: 1, max: 64 }),
        (all, maxBlocks) => {
          const waiting = all.map((one, i) => block(1 + i, one));
          const { batches, againAtMs } = decide(waiting, { maxBlocks });
          let start = 0;
          for (const count of batches) {
            expect(count).toBeGreaterThan(0);
            expect(count).toBeLessThanOrEqual(maxBlocks);
            const own = waiting.slice(start, start + count);
            const cells = own.reduce((sum, { seal }) => sum + (seal?.cells.length ?? 0), 0);
            const parts = all.slice(start, start + count);
            const l1Operations = parts.reduce((sum, part) => sum + part.l1Operations, 0);
            const payouts = parts.reduce((sum, part) => sum + part.withdrawals, 0);
            const bytes = cells + 40 * payouts + 76 * l1Operations;
            expect(bytes).toBeLessThanOrEqual(MAX_CALLDATA_BYTES);
            start += count;
          }
          expect(start).toBeLessThanOrEqual(waiting.length);
          if (batches.length === 0) expect(againAtMs).toBeGreaterThan(NOW_MS);
        },
      ),
    );
  });
});

describe("a batch of a policy, while L1 wants entries consumed", () => {
  const DAY = 86_400;
  const NOW = NOW_MS / 1000;
  /** Blocks that are due, of 4 entries, the most that one of 16 slots takes; after each the next entry is this old. */
  const backlog = (count: number, nextAgeSeconds: number | null): Partial<BatchSituation> => ({
    waiting: blocks(count, { l1Operations: 4 }),
    oldestEntryAt: NOW - 2 * DAY,
    nextEntryAt: Array.from({ length: count }, () => (nextAgeSeconds === null ? null : NOW - nextAgeSeconds)),
  });

  it("is of one block, which is full of them, when several would leave an overdue one", () => {
    expect(decideAbout(backlog(3, DAY - 1)).batches).toEqual([3]);
    expect(decideAbout(backlog(3, DAY)).batches).toEqual([1]);
    expect(decideAbout(backlog(5, DAY), { maxBlocks: 4 }).batches).toEqual([1, 1]);
    expect(decideAbout(backlog(3, 1), { inclusionDelaySeconds: null }).batches).toEqual([1]);
  });

  it("has several blocks when it consumes the last overdue one, or all that a batch has room for", () => {
    const { nextEntryAt = [], ...rest } = backlog(3, DAY);
    expect(decideAbout({ ...rest, nextEntryAt: nextEntryAt.with(2, NOW - DAY + 1) }).batches).toEqual([3]);
    expect(decideAbout({ ...rest, nextEntryAt: nextEntryAt.with(1, null) }).batches).toEqual([2]);
    const large = Array.from({ length: 9 }, (_, i) => block(i + 1, { slots: 256, l1Operations: 64 }));
    const overdue = large.map(() => NOW - DAY);
    expect(decideAbout({ waiting: large.slice(0, 8), oldestEntryAt: NOW - DAY, nextEntryAt: overdue }).batches).toEqual(
      [8],
    );
    expect(decideAbout({ waiting: large, oldestEntryAt: NOW - DAY, nextEntryAt: overdue }).batches).toEqual([8]);
  });

  it("counts entries as overdue at the time of its last block, not now", () => {
    const waiting = [1, 2].map((number) => block(number, { l1Operations: 4, ageSeconds: 60 }));
    const at = (ageSeconds: number) => [null, NOW - ageSeconds];
    const oldestEntryAt = NOW - DAY;
    expect(decideAbout({ waiting, oldestEntryAt, nextEntryAt: at(DAY + 59) }).batches).toEqual([2]);
    expect(decideAbout({ waiting, oldestEntryAt, nextEntryAt: at(DAY + 60) }).batches).toEqual([1]);
  });

  it("consumes all that waited at its time, and at least one entry, if it is a stranger's", () => {
    const isStranger = true;
    expect(decideAbout({ ...backlog(3, -1), isStranger }).batches).toEqual([3]);
    expect(decideAbout({ ...backlog(3, 0), isStranger }).batches).toEqual([1]);
    const idle = block(1, { ageSeconds: 700 });
    const waiting = [idle, block(2, { l1Operations: 4 }), block(3)];
    expect(decideAbout({ waiting, nextEntryAt: [NOW, NOW, null], isStranger }).batches).toEqual([3]);
    expect(decideAbout({ waiting, nextEntryAt: [NOW, null, NOW], isStranger }).batches).toEqual([2]);
    // Nothing that L1 would take: it is rebuilt.
    expect(decideAbout({ waiting: [idle, idle], nextEntryAt: [null, null], isStranger }).batches).toEqual([1]);
  });
});
