import type { Compress } from "@cairn/crypto";
import { createFastCompress } from "@cairn/crypto/fast";
import { blockNumber } from "@cairn/protocol";
import fc from "fast-check";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { blockPlans, history, someAccounts } from "../test/blocks.ts";
import { oracleRoot } from "../test/oracle.ts";
import { cleanUpStores, createTestStore, ENGINES, type TestStore } from "../test/stores.ts";
import { createStateTree, type StateTree } from "./state-tree.ts";

const DEPTH = 4;
const LEAVES = 4 ** DEPTH;
let compress: Compress;

beforeAll(async () => {
  compress = await createFastCompress();
});
afterEach(cleanUpStores);

describe.each(ENGINES)("state tree on %s", (engine) => {
  const runs = engine === "memory" ? 30 : 10;
  const open = (store: TestStore = createTestStore(engine)): StateTree =>
    createStateTree({ store, compress, retainedBlocks: 100, depth: DEPTH });

  describe("blocks applied together", () => {
    it("end in the same stored bytes as applied one by one, undo records aside", () => {
      fc.assert(
        fc.property(blockPlans, fc.nat(), (plans, cut) => {
          const { states, blocks } = history(plans, LEAVES);
          const first = cut % blocks.length;
          const [store, bulkStore] = [createTestStore("memory"), createTestStore(engine)];
          const [tree, bulk] = [open(store), open(bulkStore)];
          blocks.forEach(({ updates, nextIndex }, i) => {
            tree.applyBlock(blockNumber(i + 1), updates, nextIndex);
            if (i < first) bulk.applyBlock(blockNumber(i + 1), updates, nextIndex);
          });
          const together = blocks.slice(first).flatMap(({ updates }) => [...updates]);
          bulk.applyBlocks(blockNumber(blocks.length), new Map(together), tree.nextIndex());
          const last = states.at(-1);
          if (last === undefined) expect.unreachable();
          expect(bulk.root()).toBe(oracleRoot(last, compress, DEPTH));
          expect([bulk.nextIndex(), bulk.blockNumber()]).toEqual([last.nextIndex, blocks.length]);
          expect(bulk.oldestBlock()).toBe(blocks.length);
          expect(lasting(bulkStore)).toEqual(lasting(store));
          expect([...bulkStore.contents().keys()].filter((key) => key.startsWith("30"))).toEqual([]);
        }),
        { numRuns: runs },
      );
    });

    it("can be followed by blocks that can be undone", () => {
      const tree = open();
      tree.applyBlocks(blockNumber(10), someAccounts(64, 5, 1), 69);
      const root = tree.root();
      tree.applyBlock(blockNumber(11), someAccounts(66, 5, 2), 71);
      expect(tree.oldestBlock()).toBe(10);
      expect(tree.rollbackTo(blockNumber(10))).toBe(root);
      expect(() => tree.rollbackTo(blockNumber(9))).toThrow(
        expect.objectContaining({ code: "state/beyond-retention" }),
      );
    });

    it("are refused when they do not come after the last block", () => {
      const tree = open();
      tree.applyBlocks(blockNumber(3), new Map(), 64);
      expect(() => tree.applyBlocks(blockNumber(3), new Map(), 64)).toThrow(
        expect.objectContaining({ code: "state/wrong-block" }),
      );
    });

    function lasting(store: TestStore): ReadonlyMap<string, string> {
      return new Map([...store.contents()].filter(([key]) => !key.startsWith("30") && key !== "40"));
    }
  });

  describe("records of the tree's user", () => {
    const [key, value] = [Uint8Array.of(0x80, 1), Uint8Array.of(7)];

    it("are written with their block or not at all", () => {
      const store = createTestStore(engine);
      const tree = open(store);
      const accounts = someAccounts(64, 3, 1);
      const expectedRoot = oracleRoot({ accounts, nextIndex: 67 }, compress, DEPTH);
      const records = [{ key, value }];
      const before = new Map(store.contents());
      for (const apply of [tree.applyBlock, tree.applyBlocks]) {
        expect(() => apply(blockNumber(1), accounts, 67, { expectedRoot: 1n, records })).toThrow(
          expect.objectContaining({ code: "state/wrong-root" }),
        );
      }
      expect(store.contents()).toEqual(before);
      expect(tree.applyBlock(blockNumber(1), accounts, 67, { expectedRoot, records })).toBe(expectedRoot);
      expect([...(store.get(key) ?? [])]).toEqual([...value]);
    });

    it.each([0x01, 0x40, 0x7f, 0xf0])("cannot touch the tree's own: tag %i", (tag) => {
      const records = [{ key: Uint8Array.of(tag), value }];
      expect(() => open().applyBlock(blockNumber(1), new Map(), 64, { records })).toThrow(
        expect.objectContaining({ code: "state/out-of-range" }),
      );
    });
  });
});
