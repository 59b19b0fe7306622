import { startUnprovenRollup, type UnprovenRollup } from "@cairn/devnet/testing";
import type { L1Rollup } from "@cairn/l1";
import { lyingRollup } from "@cairn/l1/testing";
import { createMemoryStore } from "@cairn/state";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BatchStorage } from "./archive/kept-batches.ts";
import { restoreRollup } from "./restore.ts";

const ETHER = 10n ** 18n;

/** A storage that gives batches back three at a time. */
function storage(): BatchStorage & { readonly batches: Uint8Array[] } {
  const batches: Uint8Array[] = [];
  return {
    batches,
    read: async (first) => batches.slice(first - 1, first + 2),
    write: async (first, added) => {
      batches.splice(first - 1, Number.POSITIVE_INFINITY, ...added);
    },
  };
}

describe("batches that were kept", () => {
  let live: UnprovenRollup;
  let read: number;
  beforeAll(async () => {
    live = await startUnprovenRollup();
    for (const position of [0, 1, 2]) await live.deposit(position, ETHER);
    await live.publish();
    for (let seed = 1; seed <= 7; seed++) await live.publishSome(seed);
  });
  afterAll(() => live?.stop());

  /** A new run, with nothing but what was kept; counts the batches that it reads from L1. */
  const restore = async (kept: BatchStorage, change: { rollup?: L1Rollup; signal?: AbortSignal } = {}) => {
    read = 0;
    const rollup = lyingRollup(change.rollup ?? live.rollup, {
      getTransaction: (ask) => {
        read++;
        return ask();
      },
    });
    const options = { store: createMemoryStore(), compress: live.compress, kept, ...change, rollup };
    const { restored } = await restoreRollup(options);
    expect([restored.tree.root(), restored.position().batch]).toEqual([live.tree.root(), live.batches.length]);
    expect(restored.end()?.batch).toBe(live.batches.length);
  };

  it("are not read from L1 again, and those that come later are kept too", async () => {
    const kept = storage();
    await restore(kept);
    expect([read, kept.batches.length]).toEqual([8, 8]);
    await restore(kept);
    expect(read).toBe(0);
    await live.publishSome(8);
    await restore(kept);
    expect([read, kept.batches.length]).toEqual([1, 9]);
  });

  it("are those read so far when a run is cancelled", async () => {
    const kept = storage();
    const cancelling = new AbortController();
    let transactions = 0;
    const rollup = lyingRollup(live.rollup, {
      getTransaction: async (ask) => {
        // The first ones are answered.
        if (++transactions > 5) {
          cancelling.abort(new RangeError("enough"));
          throw new RangeError("enough");
        }
        return ask();
      },
    });
    await expect(restore(kept, { rollup, signal: cancelling.signal })).rejects.toThrow("enough");
    const before = kept.batches.length;
    await restore(kept);
    expect([read, kept.batches.length]).toEqual([live.batches.length - before, live.batches.length]);
  });

  it("are believed for nothing: altered, foreign, or in another order, they are read from L1 again from there on", async () => {
    const honest = storage();
    await restore(honest);
    const [second, third] = honest.batches.slice(1);
    const altered = (bytes: Uint8Array, at: number) => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));
    const [, victim = expect.unreachable()] = honest.batches;
    const cases: readonly (readonly [name: string, batches: readonly Uint8Array[], kept: number])[] = [
      ["a header", [altered(victim, 20)], 1],
      ["the last byte", [altered(victim, victim.length - 1)], 1],
      ["half of it", [victim.slice(0, victim.length / 2)], 1],
      ["nothing", [new Uint8Array()], 1],
      ["another order", [third ?? victim, second ?? victim], 1],
    ];
    for (const [name, batches, good] of cases) {
      const planted = storage();
      planted.batches.push(
        ...honest.batches.slice(0, good),
        ...batches,
        ...honest.batches.slice(good + batches.length),
      );
      await restore(planted);
      expect(read, name).toBeGreaterThanOrEqual(live.batches.length - good);
      expect(planted.batches, name).toEqual(honest.batches);
    }
    const foreign = storage();
    const other = await startUnprovenRollup();
    try {
      await other.deposit(5, ETHER);
      await other.publish();
      await restoreRollup({
        store: createMemoryStore(),
        compress: other.compress,
        rollup: other.rollup,
        kept: foreign,
      });
    } finally {
      await other.stop();
    }
    await restore(foreign);
    expect(foreign.batches).toEqual(honest.batches);
  });

  it("do not hide why a run failed, where they cannot be kept either", async () => {
    const full: BatchStorage = {
      read: async () => [],
      write: () => Promise.reject(new RangeError("the disk is full")),
    };
    const ending = new AbortController();
    const replayed = Promise.withResolvers<void>();
    let transactions = 0;
    const rollup = lyingRollup(live.rollup, {
      getTransaction: async (ask) => {
        if (++transactions <= 3) return ask();
        await replayed.promise;
        ending.abort(new RangeError("enough"));
        throw new RangeError("enough");
      },
    });
    setTimeout(replayed.resolve, 500);
    await expect(restore(full, { rollup, signal: ending.signal })).rejects.toThrow("enough");
    await expect(restore(full)).rejects.toThrow("the disk is full");
  });

  it("do not hide that L1 cannot be asked", async () => {
    const kept = storage();
    await restore(kept);
    const silent = lyingRollup(live.rollup, {
      multicall: () => Promise.reject(new RangeError("the RPC is down")),
    });
    const access = { attempts: 1 };
    const failing = restoreRollup({
      store: createMemoryStore(),
      compress: live.compress,
      rollup: silent,
      kept,
      access,
    });
    await expect(failing).rejects.toMatchObject({ code: "l1/unavailable" });
    expect(kept.batches).toHaveLength(live.batches.length);
  });
});
